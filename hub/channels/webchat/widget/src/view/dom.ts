/** Makes elements. Text becomes text nodes and nothing is parsed, so nothing anybody wrote can become markup. */

type Attributes = Readonly<Record<string, string>>;

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** A button with a picture and a name. */
export function iconButton(className: string, name: string, path: string, pressed: () => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: className, "aria-label": name, title: name }, icon(path));
  button.addEventListener("click", pressed);
  return button;
}

export function textButton(className: string, text: string, pressed: () => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: className }, text);
  button.addEventListener("click", pressed);
  return button;
}

const SVG = "http://www.w3.org/2000/svg";

/** A picture of 24 by 24, drawn in the colour of the text around it. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  setAttributes(svg, { viewBox: "0 0 24 24", "aria-hidden": "true" });
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  chat: "M5 4.5h14A2.5 2.5 0 0 1 21.5 7v8a2.5 2.5 0 0 1-2.5 2.5h-7.5l-4.800 3.700v-3.700H5A2.5 2.5 0 0 1 2.5 15V7A2.5 2.5 0 0 1 5 4.5zM7.5 9.300h9M7.5 12.900h5.5",
  down: "m5.5 9 6.5 6.5L18.5 9",
  close: "m6 6 12 12M18 6 6 18",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
} as const;

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
}

/** Write `text` only when it differs: a live region would say it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
