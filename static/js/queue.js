// The work queue by keyboard: j and k go down and up the reports, Enter opens one.

const links = () => Array.from(document.querySelectorAll("[data-keys] .row-title[href], [data-keys] .row-title a"));

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest("input, textarea, select")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const all = links();
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  all[next]?.focus();
  all[next]?.closest("li").scrollIntoView({ block: "nearest" });
  event.preventDefault();
});
