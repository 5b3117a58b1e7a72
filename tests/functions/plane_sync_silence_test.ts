/** What plane-sync never says: secrets, keys, tokens and what records contain, neither to callers nor to its log. */
import assert from "node:assert/strict";
import { createTestDatabase } from "../support/database.ts";
import { issueEnvelope, person } from "../support/plane_envelopes.ts";
import { KEYS, type PlaneSync, startPlaneSync } from "../support/plane_sync.ts";
import { createTokenMaker } from "../support/user_tokens.ts";

const maker = await createTokenMaker();
const MARK = "Zebra-7719";
const EMAIL = "zebra@example.test";

/** One of everything a caller can do right and wrong. Returns all answers' texts and headers. */
async function everything(sync: PlaneSync, token: string): Promise<string[]> {
  const body = JSON.stringify(
    issueEnvelope(1, { name: MARK, assignees: [person(1, EMAIL)], description_html: `<p>${MARK}</p>` }),
  );
  const bearer = { authorization: `Bearer ${token}` };
  const manager = { apikey: KEYS.manage };
  const bad = { "x-plane-signature": "0".repeat(64) };
  const deep = { project: { [MARK]: KEYS.manage } };
  const answers = [
    await sync.webhook("plane", body),
    await sync.webhook("plane", body),
    await sync.webhook("plane", body, bad),
    await sync.webhook("plane", `${MARK}{`),
    await sync.webhook("odoo", JSON.stringify({ data: { id: 5, name: MARK, email: EMAIL } })),
    await sync.webhook("odoo", JSON.stringify({ data: { id: 5, name: MARK }, timestamp: 1 })),
    await sync.webhook("plane", body, { "content-type": "text/plain" }),
    await sync.request(`?action=${KEYS.manage}`),
    await sync.request(`?source=${KEYS.planeSecret}`, { method: "POST", body, headers: bearer }),
    await sync.request(`?action=status&key=${KEYS.manage}`),
    await sync.request("?action=status", { headers: manager }),
    await sync.request("?action=status", { headers: bearer }),
    await sync.request("?action=status", { headers: { apikey: `${KEYS.manage}x` } }),
    await sync.request("?action=status", { headers: { authorization: `Bearer ${token}x` } }),
    await sync.request("?action=sync", { method: "POST", headers: manager, body: JSON.stringify(deep) }),
    await sync.request("?action=drain", { method: "POST", headers: manager }),
    await sync.request("?action=replay", { method: "POST", headers: manager, body: '{"reason":"paused"}' }),
  ];
  return await Promise.all(
    answers.map(async (answer) => `${JSON.stringify([...answer.headers])}\n${await answer.text()}`),
  );
}

Deno.test("no secret, key, token, address or content of a record is in any answer or log line", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url, { SUPABASE_JWKS: maker.jwks });
  const token = await maker.token();
  const answers = await everything(sync, token);
  while (sync.background.length > 0) await sync.background.shift();
  const password = new URL(database.url).password;
  const hidden = [...Object.values(KEYS), token, token.split(".")[2], MARK, EMAIL, sync.line.url]
    .concat(password === "" ? [] : [password]);
  assert.ok(sync.lines.length >= answers.length);
  for (const secret of hidden) {
    assert.ok(secret !== undefined && secret.length > 5);
    for (const said of [...answers, ...sync.lines]) {
      assert.ok(!said.includes(secret), `${secret} in: ${said.slice(0, 300)}`);
    }
  }
});

Deno.test("the log has one JSON line per request with its route, status and time, and a code for each refusal", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const answers = [
    await sync.webhook("plane", JSON.stringify(issueEnvelope(1)), { "x-plane-signature": "0".repeat(64) }),
    await sync.request("?action=status", { headers: { apikey: KEYS.manage } }),
    await sync.request("?action=nonsense&source=elsewhere", { method: "DELETE" }),
  ];
  assert.deepEqual(answers.map(({ status }) => status), [401, 200, 400]);
  const lines = sync.lines.map((line) => JSON.parse(line));
  const shown = lines.map(({ level, event, method, source, action, status, code }) =>
    JSON.stringify({ level, event, method, source, action, status, code })
  );
  assert.deepEqual(shown, [
    '{"level":"warn","event":"request_refused","method":"POST","source":"plane","action":null,"code":"signature_invalid"}',
    '{"level":"info","event":"request","method":"POST","source":"plane","action":null,"status":401}',
    '{"level":"info","event":"request","method":"GET","source":null,"action":"status","status":200}',
    '{"level":"warn","event":"request_refused","method":"DELETE","source":"unknown","action":"unknown","code":"bad_request"}',
    '{"level":"info","event":"request","method":"DELETE","source":"unknown","action":"unknown","status":400}',
  ]);
  for (const { at, event, duration_ms } of lines) {
    assert.ok(!Number.isNaN(Date.parse(at)));
    if (event === "request") assert.ok(duration_ms >= 0);
  }
});

Deno.test("an answer does not say which of signature, secret or body was nearly right", async () => {
  await using database = await createTestDatabase();
  await using sync = startPlaneSync(database.url);
  const body = JSON.stringify(issueEnvelope(1));
  const texts = await Promise.all(
    ["0".repeat(64), "f".repeat(63), "not hex", `sha256=${"0".repeat(64)}`].map(async (signature) =>
      await (await sync.webhook("plane", body, { "x-plane-signature": signature })).text()
    ),
  );
  assert.equal(new Set(texts).size, 1);
});
