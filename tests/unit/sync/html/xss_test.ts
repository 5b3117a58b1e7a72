import assert from "node:assert/strict";
import { sanitise } from "../../../../shared/sync/html/sanitise.ts";
import { odooToPlane, planeToOdoo } from "../../../../shared/sync/html/placeholders.ts";
import { assertOnlyAllowed, browserElements } from "./browser_view.ts";

/** Known ways to run code or to fool a sanitiser's parser. */
const VECTORS = [
  "<script>alert(1)</script>",
  "<ScRiPt src=//evil.test></sCrIpT>",
  "<script>x</script\n>alert(1)",
  "<<script>alert(1)//<</script>",
  "<img src=x onerror=alert(1)>",
  "<img src='https://x.test/a.png' onload=alert(1)>",
  '<img """><script>alert(1)</script>">',
  "<IMG SRC=javascript:alert(1)>",
  "<img src=`javascript:alert(1)`>",
  "<img src=data:text/html,<script>alert(1)</script>>",
  "<img srcset='javascript:alert(1) 1x'>",
  "<body onload=alert(1)>x</body>",
  "<a href='javascript:alert(1)'>l</a>",
  "<a href='JaVaScRiPt:alert(1)'>l</a>",
  "<a href='java&#x09;script:alert(1)'>l</a>",
  "<a href='java&NewLine;script:alert(1)'>l</a>",
  "<a href='&#1;javascript:alert(1)'>l</a>",
  "<a href='\u0001javascript:alert(1)'>l</a>",
  "<a href=' \u00a0javascript:alert(1)'>l</a>",
  "<a href='javascript&colon;alert(1)'>l</a>",
  "<a href='vbscript:msgbox(1)'>l</a>",
  "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>l</a>",
  "<a href='//evil.test'>l</a>",
  "<a href='\\\\evil.test'>l</a>",
  "<a href='blob:https://x.test/1'>l</a>",
  "<a href='https://x.test' onclick=alert(1) ping=//evil.test>l</a>",
  "<iframe src='javascript:alert(1)'></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<iframe src='https://x.test' onload=alert(1)></iframe>",
  "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "<svg><animate attributeName=href values='javascript:alert(1)'></svg>",
  "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
  "<textarea></textarea/><img src=x onerror=alert(1)></textarea>",
  "<title><img src=x onerror=alert(1)></title>",
  "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
  "<template><img src=x onerror=alert(1)></template>",
  "<plaintext><img src=x onerror=alert(1)>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<?xml version='1.0'?><script>alert(1)</script>",
  "<p style='background:url(javascript:alert(1))'>x</p>",
  "<p style='width:expression(alert(1))'>x</p>",
  "<p style='color:red;position:fixed;inset:0;z-index:9999'>x</p>",
  "<p style='color:re\\64;@import url(//evil.test)'>x</p>",
  "<style>@import '//evil.test/x.css';</style>",
  "<link rel=stylesheet href=//evil.test><meta http-equiv=refresh content='0;url=javascript:alert(1)'><base href=//evil.test>",
  "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>x</button><input type=image src=x></form>",
  "<input type=checkbox onfocus=alert(1) autofocus>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video src='https://x.test' onerror=alert(1)><source onerror=alert(1)></video>",
  "<audio src='javascript:alert(1)'></audio>",
  "<td background='javascript:alert(1)'>x</td>",
  "<td background='/web/session/logout'>x</td>",
  "<x-y onclick=alert(1) style='position:fixed' srcdoc=x>z</x-y>",
  "<image-component src='javascript:alert(1)' onerror=alert(1)></image-component>",
  "<mention-component><script>alert(1)</script><img src=x onerror=alert(1)></mention-component>",
  "<annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml>",
  "<p id=__proto__ __proto__=x constructor=y class=__proto__>x</p>",
  "<a name=getElementById id=body>x</a>",
  "<p title='&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>x</p>",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "<p\u000conclick=alert(1)>x</p>",
  "<p/onclick=alert(1)>x</p>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
];

Deno.test("no known attack comes out of the sanitiser, for either side", () => {
  for (const vector of VECTORS) {
    for (const target of ["everywhere", "plane"] as const) {
      const clean = sanitise(vector, { target });
      assertOnlyAllowed(clean, target);
      assert.equal(sanitise(clean, { target }), clean, vector);
    }
  }
});

Deno.test("no known attack crosses in either direction, whatever it was wrapped in", () => {
  const wrap = [
    (v: string) => v,
    (v: string) => `<p>${v}</p>`,
    (v: string) => `<x-y>${v}</x-y>`,
    (v: string) => `<ul data-type="taskList"><li>${v}`,
  ];
  for (const vector of VECTORS) {
    for (const around of wrap) {
      const sent = planeToOdoo(around(vector));
      assertOnlyAllowed(sent.html, "everywhere");
      assertOnlyAllowed(odooToPlane(sent.html, sent.placeholders).html, "plane");
      assertOnlyAllowed(odooToPlane(around(vector), {}).html, "everywhere");
    }
  }
});

Deno.test("a stored placeholder is sanitised again before it is restored", () => {
  const sent = planeToOdoo('<image-component src="a"></image-component>');
  const [id = ""] = Object.keys(sent.placeholders);
  const tampered = {
    [id]: '<image-component src="a" onerror="alert(1)"><script>alert(1)</script></image-component>',
  };
  assert.deepEqual(odooToPlane(sent.html, tampered), {
    html: '<image-component src="a"></image-component>',
    missing: [],
  });
});

Deno.test("a script is no element, and its text no text", () => {
  assert.equal(sanitise("<p>a<script>alert(1)</script>b</p>"), "<p>ab</p>");
  assert.deepEqual(browserElements(sanitise("<script>x</script>")), []);
});
