import assert from "node:assert/strict";
import fc from "fast-check";
import { cycleForm } from "../../../shared/sync/planning/cycle_form.ts";
import { isOver, lastDay } from "../../../shared/sync/planning/cycle_lenses.ts";
import { NO_REFERENCES } from "../../../shared/sync/lenses/lens.ts";
import { dayIn } from "../../../shared/sync/sides/planning_project.ts";
import { capturedPosts } from "../../support/captured_posts.ts";

function cycle(end_date: string | null, archived_at: string | null = null) {
  const form = cycleForm({
    id: "c",
    name: "Sprint",
    project: "p",
    updated_at: "2026-11-21T02:38:23.009578Z",
    archived_at,
    external_id: null,
    external_source: null,
    description: "",
    start_date: end_date,
    end_date,
  });
  return form ?? assert.fail("not a cycle");
}

function inZone(timeZone: string, today: string) {
  return { ...NO_REFERENCES, planeProject: { odooId: 1, name: "P", timeZone, today } };
}

Deno.test("the last day is the one of the project's time zone, on both sides of Greenwich and in summer time", () => {
  const cases = [
    ["Europe/Berlin", "2026-12-05T22:59:00Z", "2026-12-05"],
    ["Europe/Berlin", "2026-07-05T21:59:00Z", "2026-07-05"],
    ["Pacific/Auckland", "2026-12-05T10:59:00Z", "2026-12-05"],
    ["America/Los_Angeles", "2026-12-06T07:59:00Z", "2026-12-05"],
    ["Pacific/Pago_Pago", "2026-12-06T10:59:00Z", "2026-12-05"],
    ["no such zone", "2026-12-05T23:59:00Z", "2026-12-05"],
    ["America/Los_Angeles", "2026-12-05", "2026-12-05"],
  ] as const;
  for (const [zone, end, day] of cases) {
    assert.equal(lastDay(cycle(end), inZone(zone, "2026-01-01")), day, `${zone} ${end}`);
  }
});

Deno.test("a cycle is over the day after its last, or once it is archived; without dates it never is", () => {
  const form = cycle("2026-12-05T22:59:00Z");
  assert.equal(isOver(form, inZone("Europe/Berlin", "2026-12-05")), false);
  assert.equal(isOver(form, inZone("Europe/Berlin", "2026-12-06")), true);
  assert.equal(isOver(cycle(null), inZone("UTC", "2999-01-01")), false);
  assert.equal(isOver(cycle(null, "2026-11-21"), inZone("UTC", "2026-01-01")), true);
});

Deno.test("a day is ten characters in every zone, and a day apart from UTC's at most", () => {
  const zone = fc.constantFrom(
    "UTC",
    "Asia/Tokyo",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kolkata",
  );
  const moment = fc.date({
    min: new Date("2000-01-02T00:00:00Z"),
    max: new Date("2100-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(zone, moment, (timeZone, date) => {
    const day = dayIn(timeZone, date.toISOString());
    assert.match(day ?? "", /^\d{4}-\d{2}-\d{2}$/);
    const apart = Date.parse(day ?? "") - Date.parse(date.toISOString().slice(0, 10));
    assert(Math.abs(apart) <= 86_400_000);
  }));
});

Deno.test("every captured cycle is read whole, and what is none is not", () => {
  const cycles = capturedPosts().map(({ text }) => JSON.parse(text)).filter(({ event, action }) =>
    event === "cycle" && action !== "deleted"
  );
  assert(cycles.length > 0);
  for (const { data } of cycles) assert.equal(cycleForm(data)?.name, data.name);
  assert.equal(cycleForm({ id: "c" }), null);
});
