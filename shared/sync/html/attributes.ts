import {
  type Check,
  type Checks,
  CLASSES,
  ELEMENT_ATTRIBUTES,
  GLOBAL_ATTRIBUTES,
  isCustomElement,
  MEDIA_ELEMENTS,
  PLANE_ELEMENT_ATTRIBUTES,
  PLANE_GLOBAL_ATTRIBUTES,
  STYLES,
  URL_ATTRIBUTES,
  URL_SCHEMES,
} from "./rules.ts";

export type Attributes = Record<string, string>;

/** Where the document may go, and where its relative addresses point. */
export interface AttributeContext {
  /** True when only Plane gets the result: its own relative addresses and components may stay. */
  readonly plane: boolean;
  /** The origin that relative addresses belong to. */
  readonly baseUrl: string | undefined;
}

/** The attributes of `element` that may cross, in a fixed order, values cleaned. */
export function keepAttributes(
  element: string,
  attributes: Attributes,
  context: AttributeContext,
): Attributes {
  if (isCustomElement(element)) return context.plane ? keepComponentAttributes(attributes) : {};
  const kept: Attributes = {};
  for (const name of Object.keys(attributes).sort()) {
    const value = keepAttribute(element, name, attributes[name] ?? "", context);
    if (value !== undefined) kept[name] = value;
  }
  // A page opened from a link must not reach back into the page that holds it.
  if (kept.target !== undefined) kept.rel = "noopener noreferrer";
  return kept;
}

function keepAttribute(
  element: string,
  name: string,
  value: string,
  context: AttributeContext,
): string | undefined {
  if (name === "style") return keepStyles(value);
  if (name === "class") return keepClasses(value);
  if (URL_ATTRIBUTES[element]?.includes(name)) {
    return keepUrl(value, context, element === "a" ? URL_SCHEMES : ["http", "https"]);
  }
  if (context.plane && name === "src" && MEDIA_ELEMENTS.has(element)) {
    return keepUrl(value, { plane: false, baseUrl: undefined }, ["https"]);
  }
  if (context.plane && name === "data-emoji-url") return keepUrl(value, context, ["http", "https"]);
  const check = own(ELEMENT_ATTRIBUTES[element], name) ?? own(GLOBAL_ATTRIBUTES, name) ??
    (context.plane
      ? own(PLANE_ELEMENT_ATTRIBUTES[element], name) ?? own(PLANE_GLOBAL_ATTRIBUTES, name)
      : undefined);
  return check?.(value);
}

/** A component's attributes are unknown to us; they are kept as long as no browser could act on them. */
function keepComponentAttributes(attributes: Attributes): Attributes {
  const kept: Attributes = {};
  for (const name of Object.keys(attributes).sort()) {
    const value = attributes[name] ?? "";
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value.replace(/[\p{C}\s]/gu, ""))?.[1]?.toLowerCase();
    if (!/^[a-z_][a-z0-9_-]{0,60}$/.test(name) || name === "__proto__" || name.startsWith("on")) continue;
    if (["style", "class", "srcdoc", "srcset", "is", "slot", "part"].includes(name)) continue;
    if (scheme !== undefined && ["javascript", "vbscript", "data", "blob", "file"].includes(scheme)) continue;
    kept[name] = value;
  }
  return kept;
}

function keepStyles(style: string): string | undefined {
  const kept = new Map<string, string>();
  for (const declaration of style.split(";")) {
    const colon = declaration.indexOf(":");
    const property = declaration.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    const value = own(STYLES, property)?.(declaration.slice(colon + 1));
    if (value !== undefined) kept.set(property, value);
  }
  return kept.size === 0
    ? undefined
    : [...kept].map(([property, value]) => `${property}: ${value}`).join("; ");
}

function keepClasses(classes: string): string | undefined {
  const kept = classes.split(/[\t\n\f\r ]+/).filter((name) => CLASSES.test(name));
  return kept.length === 0 ? undefined : kept.join(" ");
}

/**
 * An address with a permitted scheme, or undefined.
 *
 * A relative address means another page on the other side (an image `/web/session/logout` in Plane would
 * log people out of Odoo), so it is resolved against `baseUrl` or dropped; only Plane gets its own back.
 */
export function keepUrl(
  value: string,
  context: AttributeContext,
  schemes: readonly string[],
): string | undefined {
  // Browsers ignore these characters, so `java\nscript:` is a scheme to them.
  const url = value.replace(/\p{Cc}/gu, "").trim();
  if (url === "") return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== undefined) {
    if (!schemes.includes(scheme) || !URL.canParse(url)) return undefined;
    return scheme.startsWith("http") && !/^https?:\/\/[^\\]*$/i.test(url) ? new URL(url).href : url;
  }
  if (context.baseUrl !== undefined) {
    if (url.startsWith("#") || !URL.canParse(url, context.baseUrl)) return undefined;
    const absolute = new URL(url, context.baseUrl);
    return schemes.includes(absolute.protocol.slice(0, -1)) ? absolute.href : undefined;
  }
  return context.plane && !/^[\\/]{2}|\\/.test(url) ? url : undefined;
}

function own(checks: Checks | undefined, name: string): Check | undefined {
  return checks !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
}
