import assert from "node:assert/strict";
import { issueForm, projectForm } from "../../../shared/sync/sides/plane_forms.ts";

const lines = (await Deno.readTextFile(new URL("../../fixtures/plane/webhooks.jsonl", import.meta.url)))
  .trim().split("\n");
const envelopes = lines.map((line) => JSON.parse(line)).filter(({ method }) => method === "POST").map((
  { body },
) => JSON.parse(body));
const ofEvent = (event: string) =>
  envelopes.filter((body) => body.event === event && body.action !== "deleted");

Deno.test("every captured work item and project is a whole record", () => {
  assert(ofEvent("issue").length > 100 && ofEvent("project").length > 5);
  for (const { data } of ofEvent("issue")) {
    const form = issueForm(data);
    assert.deepEqual([form?.id, form?.name, form?.updated_at], [data.id, data.name, data.updated_at]);
  }
  for (const { data } of ofEvent("project")) assert.equal(projectForm(data)?.name, data.name);
});

Deno.test("the text None is null in ids and dates, and a name stays a name", () => {
  const [{ data }] = ofEvent("issue") as [{ data: object }];
  const form = issueForm({ ...data, name: "None", parent: "None", start_date: "None", state: "None" });
  assert.deepEqual([form?.name, form?.parent, form?.start_date, form?.state], ["None", null, null, null]);
});

Deno.test("a payload that is not a whole record is none", () => {
  const [{ data }] = ofEvent("issue") as [{ data: object }];
  assert.equal(issueForm({ id: "82bf3b73-f607-4d0b-9950-ccae760eb5cb" }), null);
  assert.equal(issueForm({ ...data, assignees: ["an id"] }), null, "v2 and REST carry bare ids");
  assert.equal(issueForm({ ...data, updated_at: "yesterday" }), null);
  assert.equal(issueForm(null), null);
});

Deno.test("an unknown priority or state group is the lowest, not an error", () => {
  const [{ data }] = ofEvent("issue") as [{ data: object }];
  const form = issueForm({
    ...data,
    priority: "critical",
    state: { id: "s", name: "Triage", group: "triage" },
  });
  assert.deepEqual([form?.priority, form?.state?.group], ["none", "backlog"]);
});
