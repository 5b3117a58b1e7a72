import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockOffset, watchingDates } from "../../shared/clock_offset.ts";
import { createOdooClient } from "../../shared/odoo/client.ts";
import { PlaneClient } from "../../shared/plane/client.ts";
import { fakeFetch, jsonReply, networkFailure } from "../support/fake_fetch.ts";

const NOON = Date.UTC(2026, 10, 21, 12);
const wholeSecond = (ms: number) => Math.floor(ms / 1000) * 1000;

Deno.test("nothing is known before the first answer", () => {
  const clock = new ClockOffset();
  assert.deepEqual([clock.offsetMs(), clock.uncertaintyMs()], [0, Infinity]);
});

Deno.test("one answer bounds the offset by its second and by how long it took", () => {
  const clock = new ClockOffset();
  clock.observe(NOON + 60_000, NOON, NOON + 200);
  assert.deepEqual([clock.offsetMs(), clock.uncertaintyMs()], [60_400, 600]);
});

Deno.test("the offset lies within the uncertainty, which answers without drift only narrow", () => {
  const answer = fc.record({
    pause: fc.integer({ min: 0, max: 5_000 }),
    out: fc.integer({ min: 0, max: 2_000 }),
    back: fc.integer({ min: 0, max: 2_000 }),
  });
  fc.assert(fc.property(
    fc.integer({ min: -86_400_000, max: 86_400_000 }),
    fc.array(answer, { minLength: 1, maxLength: 30 }),
    (offset, answers) => {
      const clock = new ClockOffset();
      let ours = NOON;
      for (const { pause, out, back } of answers) {
        const before = clock.uncertaintyMs();
        const sent = ours + pause;
        ours = sent + out + back;
        clock.observe(wholeSecond(sent + out + offset), sent, ours);
        assert.ok(Math.abs(clock.offsetMs() - offset) <= clock.uncertaintyMs());
        // 100 ppm of at most 9 s.
        assert.ok(clock.uncertaintyMs() <= before + 0.9);
        assert.ok(clock.uncertaintyMs() <= 500 + (out + back) / 2);
      }
    },
  ));
});

Deno.test("answers all through a second tell the offset to a few milliseconds", () => {
  const clock = new ClockOffset();
  for (let ms = 0; ms < 1000; ms += 7) clock.observe(wholeSecond(NOON + ms - 1_234), NOON + ms, NOON + ms);
  assert.ok(clock.uncertaintyMs() < 10);
  assert.ok(Math.abs(clock.offsetMs() + 1_234) <= clock.uncertaintyMs());
});

Deno.test("what was learnt long ago is trusted less than what was learnt just now", () => {
  const clock = new ClockOffset();
  for (let ms = 0; ms < 1000; ms += 7) clock.observe(wholeSecond(NOON + ms), NOON + ms, NOON + ms);
  const hour = 3_600_000;
  // 300 ms behind after an hour: less than 100 ppm allow.
  clock.observe(wholeSecond(NOON + hour - 300), NOON + hour, NOON + hour);
  assert.ok(Math.abs(clock.offsetMs() + 300) <= clock.uncertaintyMs());
});

Deno.test("a clock that was set is believed at once", () => {
  const clock = new ClockOffset();
  clock.observe(NOON, NOON, NOON);
  clock.observe(NOON - 600_000, NOON, NOON);
  assert.deepEqual([clock.offsetMs(), clock.uncertaintyMs()], [-599_500, 500]);
});

Deno.test("an answer that came before it was asked for says nothing", () => {
  const clock = new ClockOffset();
  clock.observe(NOON, NOON, NOON - 1);
  clock.observe(NaN, NOON, NOON);
  assert.equal(clock.uncertaintyMs(), Infinity);
});

/** A fetch that is watched by a clock one second further at each look. */
function watched(...replies: Parameters<typeof fakeFetch>) {
  const { fetch, sent } = fakeFetch(...replies);
  const seen: number[][] = [];
  let time = 0;
  const now = () => (time += 1_000);
  return { fetch: watchingDates(fetch, now, (...dates) => seen.push(dates)), seen, sent };
}

const DATE = { date: "Sat, 21 Nov 2026 12:00:00 GMT" };

Deno.test("every answer's Date is passed on, and the answer as it is; one out of a cache or without a date tells nothing", async () => {
  const { fetch, seen, sent } = watched(
    jsonReply({ a: 1 }, 500, DATE),
    jsonReply({}, 200, { ...DATE, age: "30" }),
    jsonReply({}, 200, { date: "soon" }),
    jsonReply({}, 200),
    networkFailure("connection refused"),
  );
  assert.deepEqual(await (await fetch("https://x.test/", { method: "POST", body: "{}" })).json(), { a: 1 });
  assert.deepEqual([sent[0]?.method, sent[0]?.body], ["POST", {}]);
  for (let count = 0; count < 3; count += 1) await fetch("https://x.test/");
  await assert.rejects(fetch("https://x.test/"), TypeError);
  assert.deepEqual(seen, [[NOON, 1_000, 2_000]]);
});

Deno.test("both clients' answers tell the time", async () => {
  const plane = watched(jsonReply({ id: "u" }, 200, DATE));
  await new PlaneClient({ baseUrl: "https://plane.test", apiKey: "k", workspaceSlug: "acme" }, plane).me();
  const odoo = watched(jsonReply([1], 200, DATE));
  await createOdooClient({ url: "https://odoo.test", apiKey: "k", protocol: "json2" }, odoo)
    .search("project.task", []);
  assert.deepEqual([plane.seen, odoo.seen], [[[NOON, 1_000, 2_000]], [[NOON, 1_000, 2_000]]]);
});
