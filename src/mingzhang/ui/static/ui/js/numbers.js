// The numbers of a report on paper are plain links to their traces. With script they open in the side panel.
for (const link of document.querySelectorAll(".gw a.tn[data-mark]")) {
  link.setAttribute("hx-get", link.getAttribute("href"));
  link.setAttribute("hx-target", "#panel");
  link.setAttribute("aria-controls", "panel");
  link.setAttribute("aria-expanded", "false");
  window.htmx.process(link);
}
