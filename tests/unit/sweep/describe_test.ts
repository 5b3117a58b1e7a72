import assert from "node:assert/strict";
import { actionsOf, describeSweeps } from "../../../shared/sweep/describe.ts";

const NOW = new Date("2026-03-01T10:00:00Z");
const PROJECT = "7d0c7a0e-0f6f-4a55-9d2b-3a2f4a3b9c11";
const OTHER = "0b1f4a3b-9c11-4a55-9d2b-7d0c7a0e0f6f";
const projects = (value: object = {}) => ({
  name: "plane:project",
  value: { swept_at: "2026-03-01T09:58:00Z", calls: 3, readable: [PROJECT, OTHER], ...value },
});

Deno.test("of several projects the one that was swept longest ago says how old an unseen change may be", () => {
  const { staleness } = describeSweeps({
    ended: [],
    cursors: [
      { name: `plane:issue:${PROJECT}`, value: { swept_at: "2026-03-01T09:59:00Z" } },
      { name: `plane:issue:${OTHER}`, value: { swept_at: "2026-03-01T09:50:00Z" } },
      { name: "plane:issue:gone", value: { swept_at: "2026-01-01T00:00:00Z" } },
      projects(),
    ],
  }, NOW);
  assert.deepEqual(staleness.find(({ records }) => records === "plane:issue"), {
    records: "plane:issue",
    unseen_for_s: 600,
    promised_s: 360,
    late: false,
  });
});

Deno.test("a reader that does not come to its end is late, and somebody is told", () => {
  const described = describeSweeps({
    ended: [],
    cursors: [{ name: "odoo:project.task", value: { swept_at: "2026-03-01T09:00:00Z" } }],
  }, NOW);
  assert.deepEqual(described.staleness.map(({ late }) => late), [true]);
  assert.deepEqual(actionsOf(described).map(({ topic, subject }) => [topic, subject]), [
    ["sweep_late", "odoo:project.task"],
  ]);
});

Deno.test("a silence that a delivery has ended is not shown", () => {
  const cursors = [
    { name: "silence:plane:issue", value: { since: "2026-03-01T09:00:00Z", changes: 2 } },
    { name: "silence:plane:project", value: { since: "2026-03-01T09:00:00Z", changes: 1 } },
  ];
  const { webhook_silent } = describeSweeps({ cursors, ended: ["silence:plane:issue"] }, NOW);
  assert.deepEqual(webhook_silent.map(({ records }) => records), ["project"]);
});

Deno.test("a brake names the call that releases it; a released one is not shown", () => {
  const brake = { since: "2026-03-01T09:00:00Z", vanished: 40, known: 100 };
  const described = describeSweeps({
    ended: [],
    cursors: [
      { name: `brake:plane:issue:${PROJECT}`, value: { ...brake, state: "open" } },
      { name: `brake:odoo:project.task:${OTHER}`, value: { ...brake, state: "released" } },
    ],
  }, NOW);
  assert.deepEqual(described.brakes.map(({ project }) => project), [PROJECT]);
  assert.match(described.brakes[0]?.action ?? "", new RegExp(`action=sweep \\{"release": "${PROJECT}"\\}`));
});

Deno.test("a project the key does not see any more is named", () => {
  const described = describeSweeps({ ended: [], cursors: [projects({ unseen: [OTHER] })] }, NOW);
  assert.deepEqual(actionsOf(described).map(({ topic, subject }) => [topic, subject]), [
    ["project_not_visible", OTHER],
  ]);
});

Deno.test("cursors of any shape are no failure", () => {
  const odd = ["plane:project", "odoo:full:x", "silence:plane:issue", "brake:plane:issue:1", "odoo:x"];
  const described = describeSweeps({ ended: [], cursors: odd.map((name) => ({ name, value: {} })) }, NOW);
  assert.deepEqual([described.brakes, described.webhook_silent], [[], []]);
});
