// Makes tests/agreement/golden/iztro_charts.json from iztro 2.6.1 of npm, which is no dependency of ours:
//   npm install --prefix /tmp/iztro iztro@2.6.1
//   NODE_PATH=/tmp/iztro/node_modules node tests/agreement/oracles/iztro_charts.js > tests/agreement/golden/iztro_charts.json
// Each chart: birth, double hour, gender, switches, and the first 16 hex digits of the SHA-256 of its palaces as text.
const { createHash } = require("crypto");
const { astro } = require("iztro");
const { version } = require("iztro/package.json");

// A generator of the same numbers everywhere (mulberry32).
let state = 20261124;
function random(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % limit;
}
const pick = (list) => list[random(list.length)];

const star = (s) => s.name + (s.brightness || "") + (s.mutagen || "");
const palace = (p) =>
  [
    p.name, p.heavenlyStem + p.earthlyBranch, p.isBodyPalace ? "身" : "", p.majorStars.map(star).join(" "),
    p.minorStars.map(star).join(" "), p.adjectiveStars.map((s) => s.name).join(" "),
    p.changsheng12, p.boshi12, p.jiangqian12, p.suiqian12,
    p.decadal.range.join("-"), p.decadal.heavenlyStem + p.decadal.earthlyBranch, p.ages.join(" "),
  ].join("|");

function chart(place) {
  const day = new Date(Date.UTC(1901, 0, 1) + random(72683) * 86400000);
  const date = `${day.getUTCFullYear()}-${day.getUTCMonth() + 1}-${day.getUTCDate()}`;
  const plain = place % 2 === 0;
  const config = {
    yearDivide: plain ? "normal" : pick(["normal", "exact"]), horoscopeDivide: plain ? "normal" : pick(["normal", "exact"]),
    ageDivide: plain ? "normal" : pick(["normal", "birthday"]), dayDivide: plain ? "forward" : pick(["forward", "current"]),
    algorithm: plain ? "default" : pick(["default", "zhongzhou"]),
  };
  const astroType = plain ? "heaven" : pick(["heaven", "earth", "human"]);
  const [timeIndex, gender, fixLeap] = [random(13), pick(["male", "female"]), plain || random(2) === 1];
  const target = `${1901 + random(199)}-${1 + random(12)}-${1 + random(28)}`;
  const a = astro.withOptions({
    type: "solar", dateStr: date, timeIndex, gender: gender === "male" ? "男" : "女", fixLeap, language: "zh-CN", config, astroType,
  });
  const text = [a.fiveElementsClass, ...(astroType === "heaven" ? [a.soul, a.body, a.earthlyBranchOfSoulPalace, a.earthlyBranchOfBodyPalace] : [])]
    .concat(a.palaces.map(palace)).join("\n");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return [date, timeIndex, gender, fixLeap, Object.values(config).concat(astroType).join(" "), a.fiveElementsClass, digest];
}

const charts = Array.from({ length: 1000 }, (_, place) => chart(place));
console.log(`{"iztro": "${version}", "charts": [`);
console.log(charts.map((row) => JSON.stringify(row)).join(",\n"));
console.log("]}");
