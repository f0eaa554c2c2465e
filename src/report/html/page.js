
"use strict";
// The page is whole without this: it only hides what the reader does not ask for. Nothing is ever written as markup.
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const findings = [...document.querySelectorAll(".finding")];
  const groups = [...document.querySelectorAll(".group")];
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const fields = ["rule", "state", "path", "search"].map((name) => form.elements[name]);
  const texts = new Map();

  // What is searched, made when it is first asked for.
  const text = (finding) => {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding);
  };

  const asked = () => {
    const words = {};
    const off = boxes.filter((box) => !box.checked);
    if (off.length) words.severity = boxes.filter((box) => box.checked).map((box) => box.value).join(",");
    for (const field of fields) if (field.value) words[field.name] = field.value;
    return words;
  };

  const apply = () => {
    const words = asked();
    const severities = words.severity === undefined ? null : words.severity.split(",");
    const path = (words.path || "").toLowerCase();
    const search = (words.search || "").toLowerCase().split(/\s+/).filter(Boolean);
    let number = 0;
    for (const finding of findings) {
      const of = finding.dataset;
      const fits = (!severities || severities.includes(of.severity))
        && (!words.rule || of.rule === words.rule)
        && (!words.state || of.state === words.state)
        && (!path || of.path.toLowerCase().includes(path))
        && search.every((word) => text(finding).includes(word));
      if (finding.hidden === fits) finding.hidden = !fits;
      number += fits;
    }
    for (const group of groups) group.hidden = !group.querySelector(".finding:not([hidden])");
    shown.textContent = number === findings.length ? `${number} shown` : `${number} of ${findings.length} shown`;
    return words;
  };

  // The filter stands in the address, so that it can be passed on.
  const remember = () => {
    const words = new URLSearchParams(apply()).toString();
    history.replaceState(null, "", words ? `#${words}` : location.pathname + location.search);
  };

  const read = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const target = /^[fh]\d+$/.test(hash) && document.getElementById(hash);
    if (target) {
      for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
      target.hidden = false;
      target.scrollIntoView();
      return;
    }
    const words = new URLSearchParams(location.hash.slice(1));
    if (words.has("severity")) {
      const severities = words.get("severity").split(",");
      for (const box of boxes) box.checked = severities.includes(box.value);
    }
    for (const field of fields) if (words.has(field.name)) field.value = words.get(field.name);
  };

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(remember, 120);
  });
  form.addEventListener("reset", () => setTimeout(remember, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => { read(); apply(); });
  form.hidden = false;
  read();
  apply();
})();
