// What the hosted pages gain from JavaScript: a ticking countdown, copy and print buttons, and a status that
// changes by itself. The server draws every state; when it says that something changed, the page is fetched again
// and its <main> replaced.
"use strict";

(() => {
  const RETRY_MS = 10000;
  let source = null;
  let ticking = null;
  const copied = new WeakMap();

  const main = () => document.getElementById("content");

  function pad(number) {
    return String(number).padStart(2, "0");
  }

  function startCountdown() {
    clearInterval(ticking);
    const time = main().querySelector("time[data-seconds]");
    if (!time) return;
    // By the wall clock: the other one stands still while a phone sleeps.
    const end = Date.now() + Number(time.dataset.seconds) * 1000;
    ticking = setInterval(() => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      // Farther away it is told in days, as the server drew it.
      if (left >= 86400) return;
      time.textContent = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60].map(pad).join(":");
      if (left === 0) {
        clearInterval(ticking);
        setTimeout(refresh, 1500);
      }
    }, 1000);
  }

  async function copy(button) {
    const label = button.querySelector("span");
    // Pressed again while it says "copied": that is not its name.
    const { before, timer } = copied.get(button) || { before: label.textContent };
    clearTimeout(timer);
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = main().dataset.copied;
    document.getElementById("announcement").textContent = main().dataset.copied;
    copied.set(button, {
      before,
      timer: setTimeout(() => { label.textContent = before; }, 2000),
    });
  }

  function wire() {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", () => copy(button).catch(() => { button.hidden = true; }));
    }
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
    startCountdown();
  }

  function showLive(on) {
    const live = document.getElementById("live");
    if (!live) return;
    live.querySelector(".live-none").hidden = true;
    live.querySelector(".live-on").hidden = !on;
    live.querySelector(".live-off").hidden = on;
  }

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.getElementById("content");
    if (!next || next.dataset.version === main().dataset.version) return;
    document.title = fresh.title;
    main().replaceWith(document.adoptNode(next));
    document.getElementById("announcement").textContent = main().querySelector("h1").textContent;
    wire();
    showLive(Boolean(source));
    if (!main().dataset.events) stop();
  }

  function stop() {
    if (source) source.close();
    source = null;
  }

  // The stream names the version of the page; the one on screen may be older or newer.
  function listen() {
    if (!main() || !main().dataset.events || !window.EventSource) return;
    source = new EventSource(main().dataset.events);
    source.addEventListener("open", () => showLive(true));
    source.addEventListener("version", (event) => {
      if (event.data !== main().dataset.version) refresh().catch(() => showLive(false));
    });
    source.addEventListener("end", stop);
    source.addEventListener("error", () => {
      showLive(false);
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(() => refresh().catch(() => {}).finally(listen), RETRY_MS);
      }
    });
  }

  // A notice is told once: reloading or sharing the address must not repeat it.
  const address = new URL(location.href);
  if (address.searchParams.has("notice") || address.searchParams.has("lang")) {
    address.searchParams.delete("notice");
    address.searchParams.delete("lang");
    history.replaceState(null, "", address);
  }
  if (main()) {
    wire();
    listen();
  }
})();
