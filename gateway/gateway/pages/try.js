// Lets a reader of /docs try an operation: a form per operation, built when it is opened. Nothing is loaded from
// elsewhere, nothing is kept; calls go to this origin with the session's cookie, or with a token typed in above.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (zh, en) => (english ? en : zh);
  const SAFE = ["GET", "HEAD"];
  const JSON_TYPE = "application/json";
  const FORM_TYPE = "application/x-www-form-urlencoded";
  const token = document.getElementById("token");
  let lastTag = "";
  let counter = 0;

  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  function freshKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function field(label, input, hint) {
    input.id = `try-${++counter}`;
    const row = make("p", { class: "row" }, make("label", { for: input.id }, label), input);
    if (hint) {
      const note = make("span", { class: "soft", id: `${input.id}-hint` }, hint);
      input.setAttribute("aria-describedby", note.id);
      row.append(note);
    }
    return row;
  }

  function inputOf(parameter) {
    const input = make("input", { name: parameter.name, "data-place": parameter.place, required: parameter.required, autocomplete: "off", spellcheck: "false" });
    if (parameter.name === "Idempotency-Key") input.value = freshKey();
    return input;
  }

  function bodyInput(operation) {
    if (operation.media === null) return null;
    if (operation.media === JSON_TYPE || operation.media === FORM_TYPE) {
      const area = make("textarea", { rows: 12, spellcheck: "false", "data-place": "body" });
      area.value = operation.body ?? "";
      return area;
    }
    return make("input", { type: "file", "data-place": "body", accept: operation.accept });
  }

  function requestOf(operation, form) {
    let path = operation.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const input of form.querySelectorAll("input[data-place]")) {
      const place = input.dataset.place;
      if (place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
      if (input.value === "" || place === "path" || place === "body") continue;
      if (place === "query") query.append(input.name, input.value);
      if (place === "header") headers[input.name] = input.value;
    }
    const address = query.size ? `${path}?${query}` : path;
    const content = form.querySelector("[data-place=body]");
    let body;
    if (content && content.type === "file") {
      body = content.files[0];
      headers["Content-Type"] = body ? body.type || "application/octet-stream" : "application/octet-stream";
    } else if (content && content.value.trim() !== "") {
      body = content.value;
      headers["Content-Type"] = operation.media;
    }
    return { method: operation.method, address, headers, body };
  }

  function quoted(text) {
    return `'${text.replaceAll("'", `'\\''`)}'`;
  }

  function curlOf(request) {
    const lines = [`curl -i -X ${request.method} ${quoted(location.origin + request.address)}`];
    lines.push(`-H ${token.value ? quoted("Authorization: Bearer …") : quoted("Cookie: …") }`);
    for (const [name, value] of Object.entries(request.headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
    if (!token.value && !SAFE.includes(request.method)) lines.push("-H 'X-CSRF: 1'");
    if (request.body instanceof File) lines.push(`--data-binary ${quoted(`@${request.body.name}`)}`);
    else if (request.body !== undefined) lines.push(`--data-raw ${quoted(request.body)}`);
    return lines.join(" \\\n  ");
  }

  function readable(type, text) {
    if (!type.includes("json") || type.includes("ndjson")) return text;
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  }

  async function send(request) {
    const headers = new Headers(request.headers);
    if (token.value) headers.set("Authorization", `Bearer ${token.value.trim()}`);
    else if (!SAFE.includes(request.method)) headers.set("X-CSRF", "1");
    const credentials = token.value ? "omit" : "same-origin";
    const started = performance.now();
    const answer = await fetch(request.address, { method: request.method, headers, body: request.body, credentials, redirect: "manual", cache: "no-store" });
    const content = new Uint8Array(await answer.arrayBuffer());
    return { answer, content, milliseconds: Math.round(performance.now() - started) };
  }

  function show(result, { answer, content, milliseconds }) {
    if (answer.type === "opaqueredirect") {
      result.append(make("p", {}, make("strong", {}, say("重定向", "A redirection")), say("：浏览器不显示其内容，请用 curl。", ": browsers don't show it; use curl.")));
      return;
    }
    const type = answer.headers.get("content-type") ?? "";
    lastTag = answer.headers.get("etag") ?? lastTag;
    const text = /json|text|xml|csv/.test(type);
    const shown = text ? readable(type, new TextDecoder().decode(content.subarray(0, 200_000))) : say(`${content.length} 字节，${type}`, `${content.length} bytes, ${type}`);
    const lines = Array.from(answer.headers, ([name, value]) => `${name}: ${value}`).join("\n");
    result.append(
      make("p", {}, make("strong", { class: answer.ok ? "state ok" : "state down" }, `${answer.status} ${answer.statusText}`.trim()), ` · ${milliseconds} ms`),
      make("details", {}, make("summary", {}, say("响应头", "Header fields")), make("pre", { tabindex: "0" }, make("code", {}, lines))),
    );
    if (content.length) result.append(make("pre", { tabindex: "0", class: "answer" }, make("code", {}, shown)));
  }

  function formOf(operation) {
    const form = make("form", { class: "try" });
    for (const parameter of operation.parameters) {
      const input = inputOf(parameter);
      if (parameter.name === "If-Match") input.addEventListener("focus", () => { input.value ||= lastTag; });
      form.append(field(`${parameter.name}${parameter.required ? " *" : ""}`, input, `${parameter.place} · ${parameter.type}`));
    }
    const body = bodyInput(operation);
    if (body) form.append(field(say("请求体", "Body"), body, operation.media === "file" ? operation.accept : operation.media));
    const button = make("button", { type: "submit" }, say("发送", "Send"));
    const result = make("div", { class: "result", role: "status" });
    const command = make("pre", { tabindex: "0" }, make("code"));
    form.append(make("p", {}, button), make("details", {}, make("summary", {}, "curl"), command), result);
    const refresh = () => { command.firstChild.textContent = curlOf(requestOf(operation, form)); };
    form.addEventListener("input", refresh);
    refresh();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      refresh();
      button.disabled = true;
      result.replaceChildren(make("p", {}, say("正在发送……", "Sending…")));
      try {
        const outcome = await send(requestOf(operation, form));
        result.replaceChildren();
        show(result, outcome);
        const key = form.querySelector("input[name='Idempotency-Key']");
        if (key && outcome.answer.ok) key.value = freshKey();
      } catch (fault) {
        result.replaceChildren(make("p", { class: "notice" }, say("未能送达：", "It could not be sent: ") + fault.message));
      } finally {
        button.disabled = false;
      }
    });
    return form;
  }

  async function whoIsLoggedIn() {
    const place = document.getElementById("who");
    try {
      const session = await (await fetch("/session", { cache: "no-store" })).json();
      if (session.authenticated) {
        place.replaceChildren(say("以此身份试用：", "You try as "), make("strong", {}, session.account.name), say("。", "."));
        return;
      }
      place.replaceChildren(say("未登录；", "Not logged in; "), make("a", { href: "/session/login?return_to=/docs" }, say("登录", "log in")), say("后可试用须登录的接口。", " to try what needs a log-in."));
    } catch {
      place.replaceChildren(say("暂时无法得知登录状态。", "Who is logged in can't be told for the moment."));
    }
  }

  for (const holder of document.querySelectorAll("details[data-operation]")) {
    holder.addEventListener("toggle", () => {
      if (holder.open && !holder.querySelector("form")) {
        holder.append(make("h3", {}, say("试用", "Try it")), formOf(JSON.parse(holder.dataset.operation)));
      }
    });
  }
  document.getElementById("trying").hidden = false;
  if (location.hash) {
    const named = document.getElementById(location.hash.slice(1));
    if (named && named.matches("details")) named.open = true;
  }
  whoIsLoggedIn();
})();
