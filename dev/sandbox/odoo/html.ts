/**
 * What Odoo makes of HTML before it stores it: a tag soup parser that adds a root, a sanitiser that keeps styles and
 * classes but no scripts, forms or unknown elements, and marks on quotations.
 */
import { Parser } from "htmlparser2";

interface Element {
  tag: string;
  attributes: [string, string][];
  children: Node[];
  /** Made up by the parser for an end tag without a beginning. */
  implied?: boolean;
}
type Node = Element | { text: string } | { comment: string };

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const KNOWN = words(
  "a abbr acronym address applet area article aside audio b basefont bdi bdo big blockquote br canvas caption " +
    "center cite code col colgroup command datalist dd del details dfn dir div dl dt em fieldset figure font " +
    "footer h1 h2 h3 h4 h5 h6 header hgroup hr i img ins isindex kbd label legend li main map mark math menu meter " +
    "nav ol optgroup option output p param pre progress q ruby rp rt s samp section small source span strike strong " +
    "sub summary sup svg table tbody td tfoot th thead time tr track tt u ul var video wbr",
);
const KILLED = words(
  "base embed frame head iframe link meta noscript object script style title button input select textarea",
);
const BLOCKS = words(
  "address article blockquote center dir div dl fieldset form h1 h2 h3 h4 h5 h6 hr isindex menu noframes noscript " +
    "ol p pre table ul",
);
/** Blocks for the purpose of choosing the root; newer elements do not count. */
const CLASSIC_BLOCKS = new Set([...BLOCKS].filter((tag) => tag !== "article"));
const VOID = words("area base br col embed hr img input link meta param source track wbr");
const FLAGS = words(
  "allowfullscreen async autofocus autoplay checked compact controls default defer disabled hidden ismap loop " +
    "multiple muted nohref noshade nowrap open readonly required reversed selected",
);
const ADDRESSES = words("href src action background cite formaction longdesc poster");

/** The stored form. Empty stays empty; text without a tag becomes a paragraph. */
export function sanitizeHtml(source: string): string {
  if (source.trim() === "") return "";
  const top = withLeadingParagraph(parse(source)).filter((node, index, all) =>
    !("comment" in node && all.slice(0, index).every((before) => "comment" in before))
  );
  const roots = top.filter((node) => "tag" in node);
  const loose = top.some((node) => "text" in node && node.text.trim() !== "");
  const only = roots.length === 1 && !loose ? roots[0] : undefined;
  if (only !== undefined && only.tag !== "script" && only.tag !== "style") {
    const tail = top[top.indexOf(only) + 1];
    return print(cleanRoot(only)) + (tail !== undefined && "text" in tail ? tail.text : "");
  }
  const cleaned = clean(markQuotes(top)).map(print).join("");
  return roots.some(hasBlock) || roots.some((root) => root.tag === "script") || cleaned === ""
    ? cleaned
    : `<span>${cleaned}</span>`;
}

function parse(source: string): Node[] {
  const root: Element = { tag: "", attributes: [], children: [] };
  const open = [root];
  const innermost = () => open[open.length - 1] ?? root;
  const parser = new Parser({
    onopentag(tag, attributes, implied) {
      const element: Element = { tag, attributes: Object.entries(attributes), children: [], implied };
      innermost().children.push(element);
      open.push(element);
    },
    onclosetag() {
      if (open.length > 1) open.pop();
    },
    ontext(text) {
      const last = innermost().children.at(-1);
      if (last !== undefined && "text" in last) last.text += text;
      else innermost().children.push({ text });
    },
    oncomment(comment) {
      innermost().children.push({ comment });
    },
  }, { decodeEntities: true, lowerCaseTags: true });
  parser.write(source);
  parser.end();
  return root.children.flatMap((node) =>
    "tag" in node && /^(html|body)$/.test(node.tag) ? node.children : [node]
  )
    .flatMap((node) => "tag" in node && node.tag === "body" ? node.children : [node])
    .filter((node) => !("tag" in node && node.implied === true && node.children.length === 0));
}

/** Text before any element opens a paragraph, which takes in what follows up to the next block. */
function withLeadingParagraph(nodes: Node[]): Node[] {
  const first = nodes.findIndex((node) => !("comment" in node));
  const leading = nodes[first];
  if (
    leading === undefined || !("text" in leading) ||
    leading.text.trim() === "" && !/\u00a0/.test(leading.text)
  ) {
    return nodes;
  }
  const next = nodes.findIndex((node, index) => index > first && "tag" in node && BLOCKS.has(node.tag));
  const end = next === -1 ? nodes.length : next;
  const paragraph: Element = { tag: "p", attributes: [], children: nodes.slice(first, end) };
  return [...nodes.slice(0, first), paragraph, ...nodes.slice(end)];
}

/** A root cannot be unwrapped, so an element that may not stay becomes a division. */
function cleanRoot(root: Element): Element {
  const [marked] = markQuotes([root]);
  if (marked === undefined || !("tag" in marked) || KILLED.has(root.tag)) {
    return { tag: "div", attributes: [], children: [] };
  }
  const children = clean(marked.children);
  if (!KNOWN.has(root.tag)) return { tag: "div", attributes: [], children };
  return { tag: root.tag, attributes: marked.attributes.flatMap(cleanAttribute), children };
}

function clean(nodes: Node[]): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (!("tag" in node)) return [node];
    if (KILLED.has(node.tag)) return [];
    const children = clean(node.children);
    if (!KNOWN.has(node.tag)) return children;
    return [{ tag: node.tag, attributes: node.attributes.flatMap(cleanAttribute), children }];
  });
}

function cleanAttribute([name, value]: [string, string]): [string, string][] {
  if (/^on/i.test(name)) return [];
  const address = value.replace(/[\s\p{Cc}]/gu, "");
  const unsafe = /^(javascript|vbscript|jscript|livescript|data):/i.test(address) &&
    !/^data:image\/(?!svg)/i.test(address);
  return [[name, ADDRESSES.has(name) && unsafe ? "" : value]];
}

/** Quotations are marked for the mail client, and so is an empty element right behind one. */
function markQuotes(nodes: Node[]): Node[] {
  let quoted = false;
  return nodes.map((node) => {
    if (!("tag" in node)) return node;
    const marks: [string, string][] = [];
    if (node.tag === "blockquote") {
      marks.push(["data-o-mail-quote-node", "1"], ["data-o-mail-quote", "1"]);
    } else if (quoted && textOf(node).trim() === "") {
      marks.push(["data-o-mail-quote", "1"]);
    }
    quoted = marks.length > 0;
    const own = node.attributes.filter(([name]) => !marks.some(([mark]) => mark === name));
    return { tag: node.tag, attributes: [...own, ...marks], children: markQuotes(node.children) };
  });
}

function hasBlock(node: Node): boolean {
  return "tag" in node && (CLASSIC_BLOCKS.has(node.tag) || node.children.some(hasBlock));
}

function textOf(node: Node): string {
  if ("text" in node) return node.text;
  return "tag" in node ? node.children.map(textOf).join("") : "";
}

function print(node: Node): string {
  if ("text" in node) return escape(node.text).replaceAll("\u00a0", "&nbsp;");
  if ("comment" in node) return `<!--${node.comment}-->`;
  const start = `<${node.tag}${node.attributes.map(printAttribute).join("")}>`;
  return VOID.has(node.tag) ? start : `${start}${node.children.map(print).join("")}</${node.tag}>`;
}

function printAttribute([name, value]: [string, string]): string {
  if (FLAGS.has(name)) return ` ${name}`;
  const address = ADDRESSES.has(name) ? value.trim().replace(/[^\x21-\x7e]+/gu, encodeURIComponent) : value;
  const text = escape(address).replaceAll("\u00a0", "&nbsp;");
  if (text.includes('"') && !text.includes("'")) return ` ${name}='${text}'`;
  return ` ${name}="${text.replaceAll('"', "&quot;")}"`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
