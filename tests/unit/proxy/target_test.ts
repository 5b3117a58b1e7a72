import assert from "node:assert/strict";
import fc from "fast-check";
import { SuiteError } from "../../../shared/errors.ts";
import { planeAddress, type ProxyTarget, readDestination } from "../../../shared/proxy/target.ts";

const BASE = "http://127.0.0.1:1/plane-proxy";
const ROOT = "https://plane.example/api/v1/";

function targetOf(path: string): ProxyTarget {
  const destination = readDestination(BASE + path);
  if (destination.kind !== "plane") throw new Error(`${path} is ${destination.kind}`);
  return destination.target;
}
function refusal(path: string): string {
  try {
    return readDestination(BASE + path).kind;
  } catch (thrown) {
    if (thrown instanceof SuiteError) return thrown.code;
    throw thrown;
  }
}

Deno.test("paths of Plane's API are read with and without api/v1, and asked for with a slash at the end", () => {
  for (const path of ["/api/v1/workspaces/acme/projects/", "/workspaces/acme/projects"]) {
    const target = targetOf(`${path}?a=b%20c`);
    assert.equal(planeAddress(ROOT, target), `${ROOT}workspaces/acme/projects/?a=b%20c`);
    assert.deepEqual([target.workspace, target.query, target.signedPath], ["acme", "a=b%20c", path]);
  }
  assert.equal(targetOf("/users/me/").workspace, undefined);
  assert.equal(
    targetOf("/workspaces/acme/work-items/%C3%87A-12/").signedPath,
    "/workspaces/acme/work-items/ÇA-12/",
  );
});

Deno.test("what lies outside Plane's API is not found", () => {
  const outside = [
    "/auth/sign-in/",
    "/api/",
    "/api/v1/",
    "/api/v2/workspaces/acme/",
    "/god-mode/",
    "/workspaces/",
  ];
  for (
    const path of [...outside, "/api/instances/", "/users/", "/Workspaces/acme/", "/api/v1/api/v1/users/me/"]
  ) {
    assert.equal(refusal(path), "not_found", path);
  }
  assert.throws(() => readDestination("http://127.0.0.1/other/api/v1/users/me/"), { code: "not_found" });
  assert.throws(() => readDestination("http://127.0.0.1/plane-proxyx/users/me/"), { code: "not_found" });
});

Deno.test("steps upwards, encoded separators, double encoding and whole addresses are refused", () => {
  const refused = [
    "/workspaces/acme/../other/projects/",
    "/workspaces/acme/./projects/",
    "/workspaces/acme/..",
    "/workspaces/acme/%2e%2e/other/",
    "/workspaces/acme/.%2E/other/",
    "/workspaces/acme/%252e%252e/other/",
    "/workspaces/acme/..%2fother/",
    "/workspaces/acme%2fother/",
    "/workspaces/acme%252fother/",
    "/workspaces/acme%5cother/",
    "/workspaces/acme\\other/..",
    "/workspaces/acme/%00/",
    "/workspaces/acme/a%0d%0aX-Api-Key:b/",
    "/workspaces/acme/%zz/",
    "/workspaces/acme/%ff/",
    "/workspaces/acme/%c0%ae%c0%ae/",
    "/workspaces/acme/%EF%BC%8E%EF%BC%8E/",
    "/workspaces//projects/",
    "/workspaces/acme//",
    "//evil.example/api/v1/users/me/",
    "/http://evil.example/",
    "/workspaces/http:%2f%2fevil.example/",
    "/workspaces/acme;jsessionid=1/",
    "/workspaces/acme:80/",
    "/workspaces/@evil.example/",
    "/workspaces/acme/.git/",
    "/workspaces/%20/",
    `/workspaces/${"a".repeat(201)}/`,
    `/workspaces/acme/${"a/".repeat(30)}`,
    `/workspaces/acme/?${"a".repeat(8193)}`,
  ];
  for (const path of refused) assert.equal(refusal(path), "bad_request", path);
});

Deno.test("whatever the path, it is refused or becomes an address below Plane's API root, inside the workspace it names", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "workspaces",
      "users",
      "api",
      "v1",
      "acme",
      "..",
      ".",
      "%2e",
      "%2F",
      "%5c",
      "%25",
      "/",
      "\\",
      "//",
    ),
    fc.constantFrom(
      ";",
      ":",
      "@",
      "?",
      "#",
      "%",
      "http:",
      "\u202e",
      "．",
      "ﬀ",
      "projects",
      "\t",
      "\n",
      "%0d%0a",
    ),
    fc.string({ unit: "binary", maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, inside) => {
      const path = (inside ? "/workspaces/acme/" : "/") + pieces.join(inside ? "/" : "");
      let destination;
      try {
        destination = readDestination(BASE + path);
      } catch (thrown) {
        assert(
          thrown instanceof SuiteError && ["not_found", "bad_request"].includes(thrown.code),
          String(thrown),
        );
        return;
      }
      if (destination.kind !== "plane") return;
      const { target } = destination;
      const url = new URL(planeAddress(ROOT, target));
      assert(url.href.startsWith(ROOT) && url.origin === "https://plane.example", url.href);
      // What Plane will split and decode is what scopes were checked against.
      const asked = url.pathname.slice("/api/v1/".length, -1).split("/").map(decodeURIComponent);
      assert.deepEqual(asked, [...target.segments]);
      if (inside) assert.equal(target.workspace, "acme");
    }),
    { numRuns: 3000 },
  );
});
