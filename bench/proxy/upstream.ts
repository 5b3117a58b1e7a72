/** A Plane that answers at once: a page of a list for the API's paths, 50 MB for a file. Runs in a process of its own. */

const STATES = Array.from({ length: 20 }, (_, index) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  name: `State ${index}`,
  color: "#60646C",
  group: "unstarted",
  sequence: 15_000 + index,
  default: index === 0,
  external_id: null,
  external_source: null,
}));
const PAGE = new TextEncoder().encode(JSON.stringify({
  next_cursor: "100:1:0",
  next_page_results: false,
  count: STATES.length,
  results: STATES,
}));
const PIECE = new Uint8Array(65_536).fill(97);
const PIECES = 800;

function file(): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(PIECE.slice());
      sent += 1;
      if (sent === PIECES) controller.close();
    },
  });
}

export default {
  fetch(request: Request): Response {
    if (request.url.includes("/assets/")) {
      return new Response(file(), { headers: { "content-type": "application/octet-stream" } });
    }
    return new Response(PAGE.slice(), {
      headers: { "content-type": "application/json", "x-ratelimit-remaining": "99999" },
    });
  },
};
