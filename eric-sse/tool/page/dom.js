// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Building elements.  Text only ever becomes a text node, so that nothing a
// message contains can turn into markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Changes the text only if it differs: keeps selections and saves layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes the children of `parent` those of `items`, in that order, reusing the
 * element of each key, so that focus and selection outlive an update.
 * `create(item)` makes an element, `update(element, item)` brings it up to date.
 */
export function reconcile(parent, items, key, create, update) {
  const wanted = new Set(items.map(key));
  const kept = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.reconcileKey)) kept.set(child.reconcileKey, child);
    else child.remove();
  }

  let place = parent.firstElementChild;
  for (const item of items) {
    const itemKey = key(item);
    let element = kept.get(itemKey);
    if (!element) {
      element = create(item);
      element.reconcileKey = itemKey;
    }
    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(element, place);
    }
  }
}

/** Runs `work` once, with the next frame, however often it is asked for. */
export function perFrame(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}
