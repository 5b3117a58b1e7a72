import assert from "node:assert/strict";
import { type Config, type Environment, readConfig, VARIABLES, webhookSecrets } from "../../shared/config.ts";

const DATABASE_URL = "postgres://postgres:pass-7719@127.0.0.1:5432/postgres";
const NAMES = Object.entries(VARIABLES) as [keyof Config, readonly string[]][];

/** A value that is accepted, for those settings that do not take any text. */
const ACCEPTED: Partial<Record<keyof Config, [text: string, value: unknown]>> = {
  databaseUrl: [DATABASE_URL, DATABASE_URL],
  databasePrepare: ["off", "off"],
  planeBaseUrl: ["https://plane.example.test/api/v1", "https://plane.example.test/api/v1"],
  odooUrl: ["http://odoo.example.test:8069", "http://odoo.example.test:8069"],
  odooProtocol: ["json2", "json2"],
  secretKeys: ['{"default":"a","cron":"b"}', { default: "a", cron: "b" }],
  supabaseUrl: ["https://ref.supabase.co", "https://ref.supabase.co"],
  planeOauthUrl: ["https://plane.example.test", "https://plane.example.test"],
  planeOauthRedirectUrl: ["https://ref.supabase.co/callback", "https://ref.supabase.co/callback"],
  planeOauthPkce: ["off", "off"],
  planeUserOauth: ["on", "on"],
  proxySigningSecret: ["x".repeat(32), "x".repeat(32)],
  proxySigningSecretPrevious: ["y".repeat(32), "y".repeat(32)],
  proxyAuditShare: ["0.5", 0.5],
  logLevel: ["warn", "warn"],
};

const numeric = (setting: keyof Config) => typeof defaults[setting] === "number";
const defaults = readConfig({ DATABASE_URL });

function acceptedBy(setting: keyof Config): [string, unknown] {
  return ACCEPTED[setting] ?? (numeric(setting) ? ["77", 77] : ["a text", "a text"]);
}

function messageOf(environment: Environment): string {
  try {
    readConfig(environment);
  } catch (thrown) {
    assert.ok(thrown instanceof Error);
    return thrown.message;
  }
  return assert.fail("the environment was accepted");
}

Deno.test("every setting is read from each of its names, and the first one that is set wins", () => {
  for (const [setting, names] of NAMES) {
    const [text, value] = acceptedBy(setting);
    for (const [index, name] of names.entries()) {
      const later = Object.fromEntries(names.slice(index + 1).map((other) => [other, "unused-7719"]));
      const config = readConfig({ DATABASE_URL, ...later, [name]: text });
      if (setting === "databaseUrl" && index > 0) continue;
      assert.deepEqual(config[setting], value, name);
    }
  }
});

Deno.test("the database is found under the platform's own name too", () => {
  assert.equal(readConfig({ SUPABASE_DB_URL: DATABASE_URL }).databaseUrl, DATABASE_URL);
  const other = "postgresql://other@127.0.0.1/db";
  assert.equal(readConfig({ DATABASE_URL: other, SUPABASE_DB_URL: DATABASE_URL }).databaseUrl, other);
});

Deno.test("the promised names and their older aliases are all there", () => {
  const known = new Set(NAMES.flatMap(([, names]) => names));
  const promised = "PLANE_API_URL PLANE_BASE_URL PLANE_API_KEY PLANE_API_TOKEN PLANE_WORKSPACE_SLUG " +
    "PLANE_WEBHOOK_SECRET ODOO_WEBHOOK_SECRET ODOO_BASE_URL";
  for (const name of promised.split(" ")) assert.ok(known.has(name), name);
  assert.equal(known.size, NAMES.flatMap(([, names]) => names).length, "no name gives two settings");
});

Deno.test("an empty or blank variable counts as not set, also before an alias that is set", () => {
  for (const empty of ["", " ", "\n\t"]) {
    const blank = Object.fromEntries(NAMES.flatMap(([, names]) => names).map((name) => [name, empty]));
    assert.deepEqual(readConfig({ ...blank, DATABASE_URL }), defaults);
    const config = readConfig({ DATABASE_URL, PLANE_API_KEY: empty, PLANE_API_TOKEN: "older" });
    assert.equal(config.planeApiKey, "older");
  }
});

Deno.test("white space around a value does not count", () => {
  const config = readConfig({
    DATABASE_URL: ` ${DATABASE_URL}\n`,
    PLANE_WEBHOOK_SECRET: " secret\n",
    LOG_LEVEL: " warn ",
  });
  assert.deepEqual(
    [config.databaseUrl, config.planeWebhookSecret, config.logLevel],
    [DATABASE_URL, "secret", "warn"],
  );
});

Deno.test("without anything but a database the defaults hold", () => {
  const { databasePrepare, odooProtocol, maxBodyBytes, storeRetryMs, secretKeys, logLevel } = defaults;
  assert.deepEqual({ databasePrepare, odooProtocol, maxBodyBytes, storeRetryMs, secretKeys, logLevel }, {
    databasePrepare: "auto",
    odooProtocol: "auto",
    maxBodyBytes: 10 * 1024 * 1024,
    storeRetryMs: 25_000,
    secretKeys: {},
    logLevel: "info",
  });
});

Deno.test("a missing database is named with both its names", () => {
  for (const environment of [{}, { DATABASE_URL: "" }, { DATABASE_URL: " ", SUPABASE_DB_URL: "" }]) {
    assert.match(messageOf(environment), /DATABASE_URL or SUPABASE_DB_URL: is required/);
  }
});

Deno.test("what cannot be used is named by its variable, and its value is not repeated", () => {
  const mark = "value-7719";
  const wrong: [keyof Config, string[]][] = [
    ["databaseUrl", [
      mark,
      `postgres//user:${mark}@host/db`,
      `mysql://user:${mark}@host/db`,
      `https://${mark}`,
    ]],
    ["databasePrepare", [mark, "ON"]],
    ["databaseConnections", [mark, "0", "-1", "1.5", "1e12", "Infinity"]],
    ["planeBaseUrl", [mark, `plane.example/${mark}`, `ftp://${mark}`, `javascript:${mark}`]],
    ["odooUrl", [mark, `odoo:${mark}`, `file:///${mark}`]],
    ["odooProtocol", [mark, "xmlrpc"]],
    ["odooTimeoutMs", [mark, "-1", "1.5", "NaN", "86400001"]],
    ["secretKeys", [
      mark,
      `["${mark}"]`,
      `{"default":5}`,
      `{"default":""}`,
      `"${mark}"`,
      "null",
      `{"a":"${mark}"`,
    ]],
    ["supabaseUrl", [mark]],
    ["planeOauthUrl", [mark, `ftp://${mark}`]],
    ["planeOauthRedirectUrl", [mark, `javascript:${mark}`]],
    ["planeOauthPkce", [mark, "ON"]],
    ["planeUserOauth", [mark, "true"]],
    ["proxySigningSecret", [mark]],
    ["proxySigningSecretPrevious", [mark]],
    ["proxyAuditShare", [mark, "-0.1", "1.1"]],
    ["maxBodyBytes", ["0", mark]],
    ["logLevel", [mark, "verbose"]],
  ];
  for (const [setting, values] of wrong) {
    const name = VARIABLES[setting][0] ?? "";
    for (const value of values) {
      const message = messageOf({ DATABASE_URL, [name]: value });
      assert.ok(message.includes(name), `${name}: ${message}`);
      assert.ok(!message.includes(mark) && !message.includes("pass-7719"), message);
    }
  }
});

Deno.test("everything that is wrong is said at once", () => {
  const message = messageOf({ ODOO_PROTOCOL: "xmlrpc", LOG_LEVEL: "loud", DATABASE_CONNECTIONS: "none" });
  for (const name of ["DATABASE_URL", "ODOO_PROTOCOL", "LOG_LEVEL", "DATABASE_CONNECTIONS"]) {
    assert.ok(message.includes(name), name);
  }
});

Deno.test("variables nobody asked for are not read", () => {
  assert.deepEqual(
    readConfig({ DATABASE_URL, PATH: "x", databaseUrl: "y", __proto__: "z" } as Environment),
    defaults,
  );
});

Deno.test("the live webhook secrets of a source are the present one and the one before, none when none is set", () => {
  const secrets = (environment: Environment) => {
    const config = readConfig({ DATABASE_URL, ...environment });
    return [webhookSecrets(config, "plane"), webhookSecrets(config, "odoo")];
  };
  assert.deepEqual(secrets({}), [[], []]);
  assert.deepEqual(secrets({ PLANE_WEBHOOK_SECRET: "a" }), [["a"], []]);
  assert.deepEqual(
    secrets({ PLANE_WEBHOOK_SECRET: "a", PLANE_WEBHOOK_SECRET_PREVIOUS: "b", ODOO_WEBHOOK_SECRET: "c" }),
    [["a", "b"], ["c"]],
  );
  assert.deepEqual(secrets({ ODOO_WEBHOOK_SECRET_PREVIOUS: "d", PLANE_WEBHOOK_SECRET: " " }), [[], ["d"]]);
});
