import assert from "node:assert/strict";
import { apiRoot } from "../../../shared/plane/base_url.ts";

Deno.test("the API root is the same with and without /api/v1 and slashes", () => {
  for (const end of ["", "/", "//", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1//"]) {
    assert.equal(apiRoot(`https://plane.example${end}`), "https://plane.example/api/v1/");
    assert.equal(apiRoot(` http://127.0.0.1:8000/below/it${end} `), "http://127.0.0.1:8000/below/it/api/v1/");
  }
});

Deno.test("what is no http(s) URL is not configured, and is not repeated in the message", () => {
  for (const baseUrl of ["", "plane.example", "ftp://plane.example", "secret@@"]) {
    assert.throws(() => apiRoot(baseUrl), (thrown) => {
      assert.ok(thrown instanceof Error && "code" in thrown);
      assert.equal(thrown.code, "plane_not_configured");
      assert.ok(baseUrl === "" || !thrown.message.includes(baseUrl));
      return true;
    });
  }
});
