/** What both protocols have in common: the request as it came, the answer as it goes, the call in between. */
import type { OdooException } from "./exceptions.ts";

export interface WebRequest {
  method: string;
  path: string;
  header(name: string): string | undefined;
  body: string;
}

export interface WebAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** A request that was understood: it can be carried out, or answered as if this exception had come up. */
export interface OpenCall {
  model: string;
  method: string;
  execute(): WebAnswer;
  answerException(exception: OdooException): WebAnswer;
  /** The answer with this result, without doing anything. */
  answerResult(result: unknown): WebAnswer;
}

export function json(status: number, body: unknown): WebAnswer {
  return { status, contentType: "application/json; charset=utf-8", body: JSON.stringify(body) };
}

export function page(status: number, title: string, text: string): WebAnswer {
  const body = `<!DOCTYPE html>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`;
  return { status, contentType: "text/html; charset=utf-8", body };
}

export function isAnswer(opened: OpenCall | WebAnswer): opened is WebAnswer {
  return "status" in opened;
}

/** An exception's own account, with the traceback a real server also hands out. */
export function describeException(exception: OdooException): Record<string, unknown> {
  const status = exception.exception.startsWith("werkzeug.") ? [exception.status] : [];
  return {
    name: exception.exception,
    message: exception.message,
    arguments: [exception.message, ...status],
    context: {},
    debug: "Traceback (most recent call last):\n" +
      `  File "/usr/lib/python3/dist-packages/odoo/http.py", line 2273, in _serve_db\n    return func()\n` +
      `${exception.exception}: ${exception.message}\n`,
  };
}
