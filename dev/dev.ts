/** `task dev`: starts everything on this machine, prints addresses and keys, and stays until it is interrupted. */
import { runMain } from "./cleanup.ts";
import { type Stack, startStack } from "./stack.ts";

export function describeStack(stack: Stack): void {
  const { plane, odooSettings } = stack;
  console.log(`
Everything runs. End it with Ctrl-C.

  function        ${stack.functionUrl}
  database        ${stack.databaseUrl}
  Plane           ${
    plane === undefined
      ? "the real one"
      : `${plane.url}  (workspace: ${plane.workspaceSlug}, X-API-Key: ${plane.apiKeys.service})`
  }
  Odoo            ${odooSettings.ODOO_URL}  (key: ${odooSettings.ODOO_API_KEY})
  plane-proxy     ${stack.gateway.url}/functions/v1/plane-proxy
  webhook secret  ${stack.planeWebhookSecret}

  curl -H "Authorization: Bearer ${stack.keys.manage}" "${stack.functionUrl}?action=status"
  curl -X POST -H "apikey: ${stack.keys.manage}" "${stack.gateway.url}/functions/v1/plane-proxy?action=create" \\
    -d '{"name": "me", "workspaces": ["*"], "scopes": [{"methods": ["GET"], "paths": ["**"]}]}'
`);
}

/** Resolves never: the signal ends the process, and its clean-up everything else. */
export function untilInterrupted(): Promise<void> {
  return new Promise(() => {});
}

async function main(): Promise<number> {
  const stack = await startStack({
    environment: Deno.env.toObject(),
    report: (line) => console.log(line),
    log: (line) => console.log(line),
  });
  stack.plane?.webhooks.add({ url: `${stack.functionUrl}?source=plane`, secret: stack.planeWebhookSecret });
  describeStack(stack);
  await untilInterrupted();
  return 0;
}

if (import.meta.main) await runMain(main);
