"use strict";

const $ = (id) => document.getElementById(id);
const people = [["oLocal_xiaolin_00000000001", "小林"], ["oLocal_laozhou_00000000002", "老周"]];
const WAIT = 700;
let english = false;
let meanings = {};
let seen = "";

const say = (zh, en) => (english ? en : zh);
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("zh-CN", { hour12: false });

async function ask(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, options || {});
  return response.json();
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/* --- bubbles: text is text; only the two kinds of links that WeChat shows become links */

const LINK = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>/gi;

function linkOf(href, label) {
  if (/^weixin:\/\/bizmsgmenu\?/.test(href)) {
    const query = new URLSearchParams(href.split("?")[1].replaceAll("&amp;", "&"));
    return tap(label, query.get("msgmenucontent") || label, query.get("msgmenuid") || "1");
  }
  if (!/^https?:\/\//i.test(href)) return document.createTextNode(label);
  const link = element("a", "", label);
  link.href = href.replaceAll("&amp;", "&");
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function tap(label, text, id) {
  const button = element("button", "tap", label);
  button.type = "button";
  button.addEventListener("click", () => send("tap", { text, id: String(id) }));
  return button;
}

function bubbleOf(text) {
  const bubble = element("div", "bubble");
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    bubble.append(text.slice(from, found.index), linkOf(found[1] ?? found[2], found[3]));
    from = found.index + found[0].length;
  }
  bubble.append(text.slice(from));
  return bubble;
}

function cards(articles) {
  return articles.map((article) => {
    const card = element("div", "card");
    const url = article.Url || article.url || "";
    card.append(element("strong", "", article.Title || article.title || ""));
    card.append(element("span", "small", article.Description || article.description || ""));
    if (/^https?:\/\//i.test(url)) card.append(element("br"), linkOf(url, url));
    return card;
  });
}

function choices(content) {
  const bubble = element("div", "bubble", content.head_content || "");
  for (const entry of content.list || []) {
    bubble.append("\n", tap(entry.content, entry.content, entry.id));
  }
  if (content.tail_content) bubble.append(`\n${content.tail_content}`);
  return bubble;
}

const ACTS = {
  subscribe: ["关注", "follows"], unsubscribe: ["取消关注", "unfollows"], voice: ["语音", "voice"], image: ["图片", "image"],
  video: ["视频", "video"], location: ["位置", "location"], link: ["链接", "link"], scan: ["扫码", "scans"],
  click: ["点菜单", "menu"], view: ["点菜单链接", "menu link"],
};

function actOf(line) {
  const name = ACTS[line.kind] ? say(...ACTS[line.kind]) : line.kind;
  const said = ["voice", "click"].includes(line.kind) && line.text.toLowerCase() !== line.kind ? ` ${line.text}` : "";
  return element("div", "bubble", `〔${name}〕${said}`);
}

function bodyOf(line) {
  const content = line.content || {};
  if (line.way === "follower" && line.kind !== "text") return [actOf(line)];
  if (line.kind === "news") {
    const items = content.Articles ? [content.Articles.item].flat() : content.articles || [];
    return cards(items);
  }
  if (line.kind === "msgmenu") return [choices(content)];
  if (line.kind === "transfer_customer_service") return [element("div", "bubble", say("（已转给人工客服）", "(handed over to customer service)"))];
  return [bubbleOf(line.text)];
}

function triesOf(line) {
  const list = element("ol", "tries");
  (line.tries || []).forEach((attempt, index) => {
    const which = index === 0 ? say("第 1 次", "try 1") : say(`第 ${index + 1} 次（重试）`, `try ${index + 1} (retry)`);
    const status = attempt.status === null ? "–" : attempt.status;
    const problem = attempt.problem ? ` ${inWords(attempt.problem)}` : "";
    list.append(element("li", attempt.problem ? "bad" : "good", `${which} ${clock(attempt.at)} · HTTP ${status} · ${attempt.ms} ms${problem}`));
  });
  if (line.over === false) list.append(element("li", "", say("等待回答…", "waiting for the answer…")));
  return list;
}

function inWords(problem) {
  const words = {
    timeout: ["超过 5 秒", "over 5 s"], "answer lost": ["回答丢失", "answer lost"],
    "illegal response": ["不是合法的回复", "no valid reply"], "illegal content": ["内容为空或超过 2048 字节", "empty or over 2048 bytes"],
    ConnectionRefusedError: ["连不上", "refused"],
  };
  return words[problem] ? say(...words[problem]) : problem;
}

const WAYS = {
  passive: ["回复", "reply"], customer: ["客服消息", "customer message"], notice: ["微信的提示", "notice of WeChat"], follower: ["", ""],
};

function itemOf(line) {
  const item = element("li", line.way);
  item.dataset.way = line.way;
  item.append(...bodyOf(line));
  const bytes = new TextEncoder().encode(line.text).length;
  const about = [say(...WAYS[line.way]), clock(line.at), line.way === "follower" || line.way === "notice" ? "" : `${bytes} / 2048 B`];
  item.append(element("div", "about", about.filter(Boolean).join(" · ")));
  if (line.way === "follower") item.append(triesOf(line));
  return item;
}

/* --- the custom menu, as it was pushed */

const MENU_EVENTS = new Set(["scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"]);

function press(button) {
  if (button.type === "click") return send("click", { key: button.key });
  if (button.type === "view") return send("view", { url: button.url });
  if (button.type === "miniprogram") return send("view_miniprogram", {});
  if (MENU_EVENTS.has(button.type)) return send(button.type, { key: button.key });
  return undefined;
}

function topOf(button) {
  const place = element("div");
  const subs = button.sub_button || [];
  const top = element("button", "", subs.length ? `≡ ${button.name}` : button.name);
  top.type = "button";
  const sub = element("div", "sub");
  sub.hidden = true;
  for (const entry of subs) {
    const lower = element("button", "", entry.name);
    lower.type = "button";
    lower.addEventListener("click", () => { sub.hidden = true; press(entry); });
    sub.append(lower);
  }
  top.addEventListener("click", () => (subs.length ? (sub.hidden = !sub.hidden) : press(button)));
  place.append(top, sub);
  return place;
}

/* --- the state of the platform, asked for again and again */

function draw(state) {
  const text = JSON.stringify([state, english]);
  if (text === seen) return;
  const before = seen && JSON.parse(seen)[0];
  seen = text;
  $("typing").hidden = !state.typing;
  $("hint").hidden = state.lines.length > 0;
  $("no-menu").hidden = state.menu.length > 0;
  $("drops").textContent = state.drops;
  $("faults").textContent = state.faults.map((fault) => fault.name + (fault.times === null ? say("（一直）", " (always)") : "")).join("、") || "–";
  $("style").value = state.style;
  $("quota").textContent = quota(state);
  if (!before || JSON.stringify(before.lines) !== JSON.stringify(state.lines)) {
    $("chat").replaceChildren(...state.lines.map(itemOf));
    $("chat").scrollTop = $("chat").scrollHeight;
  }
  if (!before || JSON.stringify(before.menu) !== JSON.stringify(state.menu)) {
    $("menu").hidden = state.menu.length === 0;
    $("menu").replaceChildren(...state.menu.map(topOf));
  }
  $("calls").replaceChildren(...state.calls.map((call) => element("li", "", `${clock(call.at)} ${call.path} → ${call.errcode ?? "–"}`)));
}

function quota(state) {
  if (!state.follows) return say("没有关注：客服消息发不到。", "Not following: customer messages don't arrive.");
  const names = { message: ["消息", "message"], menu: ["菜单", "menu"], follow: ["关注", "follow"], scan: ["扫码", "scan"] };
  const left = Object.entries(state.left).map(([name, open]) => `${say(...names[name])} ${open.left}`);
  return left.length ? say(`还可发的客服消息：${left.join("，")}`, `customer messages left: ${left.join(", ")}`)
    : say("现在不能给他发客服消息（45015）。", "No customer message may be sent now (45015).");
}

async function refresh() {
  try {
    if (!document.hidden) draw(await ask(`/chat/state?openid=${encodeURIComponent($("who").value)}`));
  } catch {
    $("hint").hidden = false;
    $("hint").textContent = say("本地平台没有回答，可能已经停了。", "The local platform does not answer; it may have stopped.");
  }
  setTimeout(refresh, WAIT);
}

async function send(kind, values) {
  await ask("/chat/send", { openid: $("who").value, kind, values: values || {} });
}

function translate() {
  document.documentElement.lang = english ? "en" : "zh-CN";
  for (const part of document.querySelectorAll("[data-zh]")) part.textContent = english ? part.dataset.en : part.dataset.zh;
  $("language").textContent = english ? "中文" : "English";
  $("chat").replaceChildren();
  seen = "";
  explain();
}

function explain() {
  const meaning = meanings[$("fault").value];
  $("meaning").textContent = meaning ? say(meaning.zh, meaning.en) : "";
}

function meet(openid, name) {
  const option = element("option", "", name);
  option.value = openid;
  $("who").append(option);
}

async function start() {
  people.forEach(([openid, name]) => meet(openid, name));
  $("write").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("text").value;
    if (text) send("text", { text });
    $("text").value = "";
  });
  for (const button of document.querySelectorAll("[data-kind]")) {
    button.addEventListener("click", () => send(button.dataset.kind, button.dataset.kind === "voice" ? { text: $("text").value } : {}));
  }
  for (const button of document.querySelectorAll("[data-drop]")) {
    button.addEventListener("click", () => ask("/chat/choose", { drops: Number(button.dataset.drop) }));
  }
  $("style").addEventListener("change", () => ask("/chat/choose", { style: $("style").value }));
  $("spoil").addEventListener("click", () => ask("/chat/spoil", { fault: $("fault").value, always: $("always").checked }));
  $("clear").addEventListener("click", async () => { await ask("/chat/spoil", {}); await ask("/chat/choose", { drops: 0 }); });
  $("fault").addEventListener("change", explain);
  $("who").addEventListener("change", () => { seen = ""; });
  $("newcomer").addEventListener("click", () => {
    const openid = `oLocal_${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
    meet(openid, say(`新的人 ${$("who").length + 1}`, `person ${$("who").length + 1}`));
    $("who").value = openid;
    seen = "";
  });
  $("language").addEventListener("click", () => { english = !english; translate(); });
  meanings = await ask("/chat/meanings", {});
  explain();
  refresh();
}

start();
