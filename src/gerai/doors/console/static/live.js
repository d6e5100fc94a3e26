// A page that shows what happens: the server says that something did, and the parts that changed are fetched again.
// Without this file the page shows what was so when it was asked for.
(() => {
  const GAP_MS = 2000, AGAIN_MS = 10000;
  const bar = document.querySelector('[data-live]');
  if (!bar || !window.EventSource) return;
  const { live, order, counts, later } = bar.dataset;
  const own = new URL(location.href);
  let after = bar.dataset.after, source = null, timer = 0, fetched = 0, placed = 0;

  // What is said last stays, until the reader follows it or it is over.
  const say = (what, count = 0) => {
    bar.hidden = !what;
    bar.querySelector('span').textContent = what ? bar.dataset[what].replace('{count}', count) : '';
    bar.querySelector('a').hidden = what === 'away';
  };
  // Nobody's hand is moved away from what it holds.
  const held = part => part.contains(document.activeElement) || part.querySelector('input:checked, details[open]');
  const swap = (part, next) => {
    const known = new Set([...part.querySelectorAll('tbody a')].map(link => link.href));
    part.replaceWith(next);
    for (const row of next.querySelectorAll('tbody tr')) {
      const link = row.querySelector('a');
      row.classList.toggle('fresh', Boolean(known.size && link && !known.has(link.href)));
    }
  };

  const refresh = async () => {
    fetched = Date.now();
    const answer = await fetch(own, { headers: { 'Gerai-Live': '1' } });
    if (answer.redirected) return over();
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    let kept = false;
    for (const part of document.querySelectorAll('[data-part]')) {
      const next = page.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!next || next.isEqualNode(part)) continue;
      if (held(part)) kept = true;
      else swap(part, document.adoptNode(next));
    }
    document.dispatchEvent(new Event('gerai:parts'));
    if (kept) say(placed ? 'fresh' : 'changed', placed);
    else if (later && placed) say('fresh', placed);
    else say('');
    if (!kept && !later) placed = 0;
  };
  const soon = () => {
    if (timer) return;
    timer = setTimeout(() => { timer = 0; refresh().catch(() => say('away')); }, Math.max(100, fetched + GAP_MS - Date.now()));
  };
  const close = () => { source?.close(); source = null; };
  const over = () => { close(); say('over'); };

  const open = () => {
    if (source) return;
    source = new EventSource(`${live}?after=${after}${counts ? '&counts=1' : ''}`);
    const on = (name, does) => source.addEventListener(name, event => {
      if (event.lastEventId) after = event.lastEventId;
      does(JSON.parse(event.data));
    });
    on('news', news => {
      if (order && !news.orders.includes(order)) return;
      placed += news.placed;
      if (counts || news.orders.length) soon();
    });
    on('anew', soon);
    on('away', () => say('away'));
    on('back', () => { say(''); soon(); });
    on('over', over);
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(() => refresh().then(() => { if (!document.hidden && bar.querySelector('span').textContent !== bar.dataset.over) open(); })
        .catch(() => { say('away'); setTimeout(open, AGAIN_MS); }), AGAIN_MS);
    };
  };
  // A page that nobody sees takes no connection; seen again it learns what it missed.
  document.addEventListener('visibilitychange', () => document.hidden ? close() : open());
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', event => { if (event.persisted && !document.hidden) open(); });
  // What was just done is said once.
  for (const name of ['done', 'again']) own.searchParams.delete(name);
  if (!document.hidden) open();
})();
