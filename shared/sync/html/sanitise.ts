// @deno-types="@types/sanitize-html"
import sanitizeHtml from "sanitize-html";
import { keepAttributes } from "./attributes.ts";
import {
  ELEMENTS_WITHOUT_TEXT,
  isCustomElement,
  MEDIA_ELEMENTS,
  PLANE_ELEMENTS,
  RENAMED_ELEMENTS,
  SHARED_ELEMENTS,
  URL_SCHEMES,
  VOID_ELEMENTS,
} from "./rules.ts";

export interface SanitiseOptions {
  /**
   * `everywhere` (default): what both applications can hold. `plane`: also Plane's components, check boxes,
   * media from https addresses and its own relative addresses; only for HTML that comes from Plane and
   * stays ours or goes back there.
   */
  readonly target?: "everywhere" | "plane";
  /** Relative addresses are resolved against this origin; without it they are dropped. */
  readonly baseUrl?: string;
}

/** Deeper elements are dropped, their text stays. Both servers' parser (libxml2) loses text below 255. */
export const MAX_DEPTH = 100;
/** Beyond these bounds a document is hostile or broken: it crosses as plain text. */
const MAX_OPEN_ELEMENTS = 1_000;
export const MAX_ELEMENTS = 50_000;
const MAX_PASSES = 6;

/** Images without an address and inputs that are no check boxes, as the library writes them. */
const EMPTY_ELEMENTS = /<(img|input) \/>/g;

class TooComplex extends Error {}

/**
 * The one gate all HTML passes, in both directions: an allow-list of elements, attributes, styles, classes
 * and URL schemes (rules.ts). Text is kept, except that of scripts and style sheets.
 *
 * Promises: the result is a fixed point (`sanitise(sanitise(x)) === sanitise(x)`), no deeper than
 * `MAX_DEPTH`, free of characters that XML and PostgreSQL refuse; the work grows linearly with the input,
 * because a document that nests or counts beyond the bounds is reduced to its text. Throws nothing.
 */
export function sanitise(html: string, options: SanitiseOptions = {}): string {
  let clean = html;
  // Dropping an element can change how its neighbours are parsed (`<p><button><p>`), so go on until it rests.
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = sanitiseOnce(clean, options);
    if (next === clean) return clean;
    clean = next;
  }
  return sanitiseOnce(textOnly(clean), options);
}

function sanitiseOnce(html: string, options: SanitiseOptions): string {
  const context = { plane: options.target === "plane", baseUrl: options.baseUrl };
  const components = context.plane ? componentNames(html) : [];
  const allowedTags = [...SHARED_ELEMENTS, ...(context.plane ? PLANE_ELEMENTS : []), ...components];
  const allowed = new Set(allowedTags);
  let count = 0;
  let open = 0;
  const settings: sanitizeHtml.IOptions = {
    allowedTags,
    allowedAttributes: false, // Filtered below by name and value; the library cannot check values.
    allowedSchemes: URL_SCHEMES,
    allowProtocolRelative: false,
    nonTextTags: ELEMENTS_WITHOUT_TEXT,
    nestingLimit: MAX_DEPTH,
    parseStyleAttributes: false,
    selfClosing: [...VOID_ELEMENTS],
    onOpenTag: () => {
      open += 1;
      count += 1;
      // The parser's own work per tag grows with the open elements: stop, do not wait for its end.
      if (open > MAX_OPEN_ELEMENTS || count > MAX_ELEMENTS) throw new TooComplex();
    },
    onCloseTag: () => {
      open -= 1;
    },
    transformTags: {
      // What is inside an iframe is not parsed, and no browser shows it.
      ...(context.plane ? { iframe: (tagName, attribs) => ({ tagName, attribs, text: "" }) } : {}),
      "*": (tag, attributes) => {
        const tagName = RENAMED_ELEMENTS.get(tag) ?? tag;
        // Not renamed to something the library drops: it would close the next element under that name.
        if (!allowed.has(tagName)) return { tagName: tag, attribs: {} };
        const attribs = keepAttributes(tagName, attributes, context);
        if (MEDIA_ELEMENTS.has(tagName) && attribs.src === undefined) return { tagName: "span", attribs: {} };
        const empty = tagName === "img" && attribs.src === undefined ||
          tagName === "input" && attribs.type === undefined;
        return { tagName, attribs: empty ? {} : attribs };
      },
    },
  };
  try {
    return onlyText(sanitizeHtml(html, settings).replace(EMPTY_ELEMENTS, ""));
  } catch (thrown) {
    if (thrown instanceof TooComplex) return onlyText(sanitizeHtml(textOnly(html), settings));
    throw thrown;
  }
}

/** The document without anything that could be a tag. Entities stay entities. */
function textOnly(html: string): string {
  return html.replace(/<(script|style)\b[^]*?(<\/\1|$)/gi, " ").replace(/<[^<>]*>?/g, " ").replaceAll(
    ">",
    "&gt;",
  );
}

/** Drops control characters and halves of surrogate pairs: no XML parser and no database takes them. */
function onlyText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\t\n]|[\ufffe\uffff]/gu, "").replace(
    /\p{Surrogate}/gu,
    "\ufffd",
  );
}

/** The custom elements named in the document; the library wants every permitted name. */
function componentNames(html: string): string[] {
  const names = new Set<string>();
  for (const [, name = ""] of html.matchAll(/<([a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){1,6})(?=[\s/>])/gi)) {
    if (isCustomElement(name.toLowerCase())) names.add(name.toLowerCase());
    if (names.size === 100) break;
  }
  return [...names];
}
