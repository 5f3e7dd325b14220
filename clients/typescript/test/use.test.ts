// How a frontend team uses the client, against a running platform: BASE_URL, and COOKIE of someone logged in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { content, createYiwang, items, ProblemError, version, type ItemOf, type Schemas } from "../src/index.js";

const baseUrl = process.env["BASE_URL"] ?? "http://localhost:8000";
const anyone = createYiwang({ baseUrl, language: "en" });
const citizen = createYiwang({ baseUrl, headers: { Cookie: process.env["COOKIE"] ?? "" } });

test("a public list is walked to its end, page by page", async () => {
  const codes: string[] = [];
  for await (const matter of items(anyone, "/api/services/v1/matters", { limit: 1 })) codes.push(matter.code);
  assert.ok(codes.includes("MR-ENT-ESTABLISH"));
  assert.equal(new Set(codes).size, codes.length);
});

test("a form is sent and its answer is typed", async () => {
  const checked = content(
    await anyone.POST("/api/services/v1/name-checks", {
      body: { region: "421303", trade_name: "红光", industry_code: "C15", industry_word: "酒业", organisation_form: "有限公司" },
    }),
  );
  assert.equal(typeof checked.available, "boolean");
  assert.ok(Array.isArray(checked.verdicts));
});

test("a refusal is thrown with its stable code", async () => {
  const call = anyone.GET("/api/services/v1/matters/{code}", { params: { path: { code: "NO-SUCH" } } });
  await assert.rejects(call, (error) => error instanceof ProblemError && error.status === 404 && error.code !== "" && error.traceId !== "");
});

test("what needs a log-in says so", async () => {
  await assert.rejects(anyone.GET("/api/hub/v1/items"), (error) => error instanceof ProblemError && error.status === 401);
});

test("a draft is made once, however often the call is repeated, and edited by version", async () => {
  const body: Schemas["ApplicationIn"] = { matter_code: "MR-ENT-ESTABLISH", region: "421303" };
  const params = { header: { "Idempotency-Key": crypto.randomUUID() } };
  const first = content(await citizen.POST("/api/services/v1/applications", { body, params }));
  const again = content(await citizen.POST("/api/services/v1/applications", { body, params }));
  assert.equal(again.id, first.id);

  const path = { application_id: first.id };
  const read = await citizen.GET("/api/services/v1/applications/{application_id}", { params: { path } });
  const edit = { body: { form: {} }, params: { path, header: { "If-Match": version(read) } } };
  content(await citizen.PATCH("/api/services/v1/applications/{application_id}", edit));
  const stale = { body: { form: {} }, params: { path, header: { "If-Match": '"999"' } } };
  await assert.rejects(
    citizen.PATCH("/api/services/v1/applications/{application_id}", stale),
    (error) => error instanceof ProblemError && error.status === 412,
  );

  const mine: ItemOf<"/api/services/v1/applications">[] = [];
  for await (const row of items(citizen, "/api/services/v1/applications", { limit: 1 })) mine.push(row);
  assert.ok(mine.some((row) => row.id === first.id));
});
