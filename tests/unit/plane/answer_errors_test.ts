import assert from "node:assert/strict";
import { answerError } from "../../../shared/plane/answer_errors.ts";

function classify(status: number, body: unknown, headers: Record<string, string> = {}, method = "GET") {
  return answerError({ status, body, headers: new Headers(headers) }, "read work item", method);
}

Deno.test("every status has its meaning", () => {
  const missing = { error: "The requested resource does not exist." };
  const denied = { detail: "You do not have permission to perform this action." };
  const cases: [number, unknown, string][] = [
    [401, { detail: "Authentication credentials were not provided." }, "plane_unauthorized"],
    [402, { error: "Payment required" }, "plane_plan_required"],
    [403, { detail: "Given API token is not valid" }, "plane_forbidden"],
    [403, denied, "plane_forbidden"],
    [404, missing, "plane_not_found"],
    [404, { detail: "Not found." }, "plane_not_found"],
    [409, { error: "taken", id: "x" }, "plane_conflict"],
    [400, { name: ["This field is required."] }, "plane_rejected"],
    [415, denied, "plane_rejected"],
    [429, { error_code: 5900 }, "plane_rate_limited"],
    [500, { error: "Something went wrong please try again later" }, "plane_server_error"],
    [502, undefined, "plane_server_error"],
    [301, null, "plane_bad_answer"],
  ];
  for (const [status, body, code] of cases) assert.equal(classify(status, body).code, code, `${status}`);
});

Deno.test("a 404 that is not Plane's own word about a record is never plane_not_found", () => {
  for (const body of [{ error: "Page not found." }, undefined, null, {}, [], { message: "no route" }]) {
    assert.equal(classify(404, body).code, "plane_bad_answer");
  }
});

Deno.test("Retry-After tells how long to wait; without it nothing is made up", () => {
  assert.equal(classify(429, {}, { "retry-after": "58" }).retryAfterMs, 58_000);
  assert.equal(classify(429, {}, { "retry-after": "soon" }).retryAfterMs, undefined);
  assert.equal(classify(429, {}).retryAfterMs, undefined);
  const busy = classify(503, undefined, { "retry-after": "2" });
  assert.deepEqual([busy.code, busy.retryAfterMs], ["plane_server_error", 2000]);
});

Deno.test("an error names the operation and the status and repeats nothing of the answer", () => {
  const error = classify(400, { name: ["the secret value is bad"] });
  assert.deepEqual(error.facts, { operation: "read work item", status: 400 });
  assert.doesNotMatch(JSON.stringify([error.message, error.facts, error.cause ?? null]), /secret/);
});

Deno.test("a refusal names the refused fields among those that were sent, and nothing else of the answer", () => {
  const sent = { name: "", assignees: ["x"], priority: "high", state: "s" };
  const fields = (body: unknown, status = 400) =>
    answerError({ status, body, headers: new Headers() }, "update", "PATCH", sent).facts.fields;
  assert.equal(fields({ state: ["Invalid pk"], name: ["This field may not be blank."] }), "name state");
  assert.equal(fields({ assignees: { "0": ['Invalid pk "x"'] } }), "assignees");
  assert.equal(fields({ secret_of_somebody: ["is bad"], priority: ["x"] }), "priority");
  for (
    const body of [{ non_field_errors: ["Start date cannot exceed target date"] }, { error: "x" }, null, []]
  ) {
    assert.equal(fields(body), undefined);
  }
  assert.equal(fields({ name: "The project name is already taken" }, 409), "name");
  assert.equal(fields({ error: "taken", id: "82bf3b73-1" }, 409), undefined);
  const unsent = answerError({ status: 400, body: { name: ["x"] }, headers: new Headers() }, "read");
  assert.equal(unsent.facts.fields, undefined);
});

Deno.test("a refused creation names the record in the way; a refused update does not, for its id is its own", () => {
  const taken = {
    error: "Issue with the same external id and external source already exists",
    id: "82bf3b73-1",
  };
  assert.equal(classify(409, taken, {}, "POST").facts.existing_id, "82bf3b73-1");
  assert.equal(classify(409, taken, {}, "PATCH").facts.existing_id, undefined);
  assert.equal(classify(409, { name: "taken" }, {}, "POST").facts.existing_id, undefined);
  assert.equal(classify(409, { id: "<b>" }, {}, "POST").facts.existing_id, undefined);
});
