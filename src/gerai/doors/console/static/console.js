// Everything works without this file; it only makes the hand quicker.
(() => {
  const one = (what, within = document) => within.querySelector(what);
  const links = () => [...document.querySelectorAll('.rows tbody tr')].map(row => one('a', row)).filter(Boolean);
  const step = by => {
    const all = links();
    const at = all.findIndex(link => link.closest('tr').contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) { next.focus(); next.scrollIntoView({ block: 'nearest' }); }
  };
  const opens = name => document.getElementById(name).showModal();
  const keys = { '/': () => one('[data-find]')?.focus(), j: () => step(1), k: () => step(-1), '?': () => opens('keys') };

  document.addEventListener('keydown', event => {
    const typing = event.target.closest('input, textarea, select, dialog');
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-opens]');
    if (button) return opens(button.dataset.opens);
    const copies = event.target.closest('[data-copies]');
    if (copies) return copy(copies);
    if (event.target.closest('[data-prints]')) return window.print();
    const row = event.target.closest('.rows.whole tbody tr');
    if (row && !event.target.closest('a, input, label, button, details') && !String(getSelection())) one('a', row).click();
  });
  const copy = async button => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    one('[role=status]', button).textContent = button.dataset.copied;
  };
  // Buttons that do nothing without this file are shown by it; a page of another host than localhost over HTTP has no clipboard.
  const show = () => {
    for (const button of document.querySelectorAll('button[data-opens], [data-prints], [data-ticks-all]')) button.hidden = false;
    for (const button of document.querySelectorAll('[data-copies]')) button.hidden = !navigator.clipboard;
  };
  document.addEventListener('change', event => {
    const all = event.target.closest('[data-ticks-all] input');
    if (all) for (const tick of document.querySelectorAll('.tick input')) tick.checked = all.checked;
  });
  // Parts of a live page come as the server drew them.
  document.addEventListener('gerai:parts', show);
  show();
})();
