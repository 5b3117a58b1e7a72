/**
 * Where the sandbox Plane differs from the captured traffic of a real one, and why that stays. A difference is listed
 * when its text begins with `at`. The replay fails for a difference that is not here, and for an entry that no longer
 * happens.
 */
export const LISTED_DIFFERENCES: readonly { readonly at: string; readonly reason: string }[] = [
  {
    at: "session API:",
    reason:
      "The web app's session API is not public. What these calls do is done without HTTP; what follows is compared.",
  },
  ...[277, 292, 293, 294, 295, 296, 297].map((number) => ({
    at: `api ${number}: `,
    reason: "Attachments live in an S3 store, which the sandbox does not have.",
  })),
  {
    at: "api 69: metadata.favicon: ",
    reason: "Plane looks up the icon of a linked page; the sandbox goes nowhere and shows a blank one.",
  },
  ...["api 230", "webhook 113: data"].map((where) => ({
    at: `${where.includes("data") ? `${where}.` : `${where}: `}logo_props.icon.`,
    reason: "Plane draws a new project's icon at random; the sandbox always takes the same.",
  })),
  ...["total_count", "total_results"].map((name) => ({
    at: `api 220: ${name}.`,
    reason:
      "The sandbox has one activity more than the 39 of the capture, which shows only the first five of them.",
  })),
];
