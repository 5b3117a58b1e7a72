import assert from "node:assert/strict";
import fc from "fast-check";
import { headersToCaller, headersToPlane } from "../../../shared/proxy/headers.ts";

Deno.test("only the named headers go to Plane: no credential, cookie, hop-by-hop header or method override", () => {
  const sent = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "Authorization": "Bearer x",
    "X-API-Key": "x",
    "Apikey": "x",
    "Cookie": "session=1",
    "Connection": "keep-alive, x-secret",
    "Transfer-Encoding": "chunked",
    "Content-Length": "3",
    "TE": "trailers",
    "Upgrade": "websocket",
    "Host": "evil.example",
    "X-Forwarded-For": "10.0.0.1",
    "X-Forwarded-Host": "evil.example",
    "X-HTTP-Method-Override": "DELETE",
    "X-Proxy-Signature": "0",
    "Proxy-Authorization": "x",
  };
  assert.deepEqual(headersToPlane(new Headers(sent)), {
    "accept": "application/json",
    "content-type": "application/json",
  });
});

Deno.test("a header that Connection names belongs to the hop and stays, even an allowed one", () => {
  const headers = new Headers({
    "accept": "text/html",
    "content-type": "a/b",
    "connection": "close, Content-Type",
  });
  assert.deepEqual(headersToPlane(headers), { accept: "text/html" });
});

Deno.test("whatever else a caller sends changes nothing about what Plane gets", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const allowed = ["accept", "accept-language", "content-type", "if-none-match", "if-modified-since"];
  fc.assert(fc.property(fc.dictionary(name, fc.stringMatching(/^[!-~]{1,20}$/)), (given) => {
    for (const passed of Object.keys(headersToPlane(new Headers(given)))) assert(allowed.includes(passed));
  }));
});

Deno.test("Plane's rate headers and caching headers reach the caller, its cookies and server headers do not", () => {
  const sent = {
    "content-type": "application/json",
    "x-ratelimit-remaining": "3",
    "x-ratelimit-reset": "4",
    "retry-after": "5",
    "etag": '"a"',
    "set-cookie": "session=1",
    "server": "gunicorn",
    "transfer-encoding": "chunked",
    "connection": "close",
    "content-encoding": "gzip",
    "content-length": "10",
    "access-control-allow-origin": "*",
    "x-api-key": "leak",
  };
  assert.deepEqual(Object.keys(headersToCaller(new Headers(sent))).sort(), [
    "content-type",
    "etag",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
  ]);
});
