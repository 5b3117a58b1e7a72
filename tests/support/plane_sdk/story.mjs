/**
 * What an integration does through Plane's official Node SDK: `story.mjs <base URL> <key> <workspace>`. Prints one JSON line
 * with everything the SDK gave back. The SDK comes from the package.json beside this file: it names a test runner as a
 * dependency by mistake, which is left out there.
 */
import { PlaneClient } from "@makeplane/plane-node-sdk";

const [baseUrl, apiKey, workspace] = Deno.args;
const client = new PlaneClient({ baseUrl, apiKey });
const failure = async (attempt) => {
  try {
    return { unexpected: await attempt() };
  } catch (error) {
    return { name: error.constructor.name, statusCode: error.statusCode, response: error.response };
  }
};

const project = await client.projects.create(workspace, { name: "SDK story", identifier: "SDKS" });
const items = [];
for (const name of ["one", "two", "three"]) {
  items.push(
    await client.workItems.create(workspace, project.id, { name, description_html: `<p>${name} & más</p>` }),
  );
}
const [first] = items;
const updated = await client.workItems.update(workspace, project.id, first.id, {
  name: "uno",
  priority: "urgent",
});
const retrieved = await client.workItems.retrieve(workspace, project.id, first.id, ["state"]);
const pages = [];
let cursor;
do {
  const page = await client.workItems.list(workspace, project.id, {
    per_page: 2,
    order_by: "created_at",
    ...(cursor === undefined ? {} : { cursor }),
  });
  pages.push(page);
  cursor = page.next_page_results ? page.next_cursor : undefined;
} while (cursor !== undefined);
const comment = await client.workItems.comments.create(workspace, project.id, first.id, {
  comment_html: "<p>hello</p>",
});
const states = await client.states.list(workspace, project.id);
const me = await client.users.me();
await client.workItems.delete(workspace, project.id, first.id);
const gone = await failure(() => client.workItems.retrieve(workspace, project.id, first.id));
const invalid = await failure(() => client.workItems.create(workspace, project.id, { priority: "no such" }));
const taken = await failure(() => client.projects.create(workspace, { name: "Other", identifier: "SDKS" }));
const noPage = await failure(() => client.customers.list(workspace));
await client.projects.delete(workspace, project.id);

console.log(JSON.stringify({
  ...{ project, items, updated, retrieved, pages, comment, states, me, gone, invalid, taken, noPage },
}));
