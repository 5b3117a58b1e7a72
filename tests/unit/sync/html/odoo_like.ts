/**
 * What a real Odoo 19 does to the HTML we send it, as recorded in tests/fixtures/odoo/html.json: `<br />` loses
 * its slash, no-break spaces become entities, quotes are marked, bare text becomes a paragraph. In strict
 * fields (a project's description, a message) unknown attributes are gone as well.
 */
export function odooLike(sent: string): string {
  let html = sent.replace(/ \/>/g, ">").replaceAll("\u00a0", "&nbsp;").replace(
    / (reversed|open)(?=[ >])/g,
    ' $1=""',
  );
  html = html.replace(
    /<blockquote(?=[ >])([^>]*)>/g,
    '<blockquote$1 data-o-mail-quote-node="1" data-o-mail-quote="1">',
  );
  // Lines that begin with ">" and everything after a "-- " line are taken for the quoted part of a mail.
  html = html.replace(/(<p[^>]*>[^<\n]*)((?:\n&gt;[^<\n]*)+)/g, '$1<span data-o-mail-quote="1">$2</span>');
  if (html.trim() === "") return "";
  return html.includes("<") ? html : `<p>${html}</p>`;
}
