// The player: puts the parts together. What counts is decided by the server, window by window; this
// script only asks, shows what it was told, and never gives up because of a bad line.
import { Controls } from './player/controls.js';
import { Engine } from './player/engine.js';
import { Finisher } from './player/finisher.js';
import { Gate } from './player/gate.js';
import { LessonNotes } from './player/notes/index.js';
import { Notices } from './player/notices.js';
import { Popup } from './player/popup.js';
import { Position } from './player/position.js';
import { PreviewEnd, PreviewGate, markGates } from './player/preview.js';
import { Server } from './player/server.js';
import { Session } from './player/session.js';
import { Subtitles } from './player/subtitles.js';
import { Timeline } from './player/timeline.js';

const root = document.querySelector('[data-player]');
const settings = JSON.parse(root.querySelector('[data-settings]').textContent);
const video = root.querySelector('[data-video]');
const server = new Server(settings.urls);
const session = new Session(settings.remember);
const gate = settings.preview ? new PreviewGate(server, session, video) : new Gate(server, session);
const notices = new Notices(root, settings.words, video);
const timeline = new Timeline(root, video, session, settings.words, notices);
const subtitles = new Subtitles(root, video, settings.subtitles);
const engine = new Engine(video, gate, session);
const popup = new Popup(root, server, settings.words, notices);
const finisher = settings.preview ? new PreviewEnd(settings.words) : new Finisher(server, settings.words, notices);
const panel = document.querySelector('[data-notes]');
const lessonNotes = panel && new LessonNotes(root, panel, { video, session, timeline, notices });
const controls = new Controls(root, video, {
  engine, timeline, subtitles, session, notices, lessonNotes, words: settings.words,
});

let asking = false;
// How much was released when a pop-up was last refused; null since one was answered.
let refusedAt = null;

async function takeLease() {
  notices.loading();
  const facts = await server.untilReached(() => server.lease(), () => notices.offline(true));
  notices.offline(false);
  if (!facts.ok) {
    notices.failed(facts.detail, () => window.location.reload());
    return false;
  }
  session.begin(facts.body);
  if (session.finished) finisher.isDone = true;
  return true;
}

async function begin() {
  if (!(settings.preview ? engine.canAsk() : engine.canPlay())) {
    notices.failed(settings.words.unsupported);
    return;
  }
  if (!(await takeLease())) return;
  controls.ready();
  timeline.ready();
  if (settings.preview) markGates(root, session, settings.words, timeline);
  lessonNotes?.ready();
  const { at, isLocked } = askedFor();
  await engine.load(session.playlist, at ?? session.resumeAt());
  subtitles.attach();
  notices.clear();
  if (isLocked) notices.say(settings.words.locked, true);
  if (!settings.preview) new Position(server, session, video);
}

// A link may lead to a second of the film (?at=), once: a page loaded anew goes on where it stopped.
function askedFor() {
  const address = new URL(window.location.href);
  const asked = Number(address.searchParams.get('at'));
  if (!address.searchParams.has('at')) return { at: null, isLocked: false };
  address.searchParams.delete('at');
  window.history.replaceState(null, '', address);
  if (asked >= 0 && asked < session.openSeconds) return { at: asked, isLocked: false };
  return { at: null, isLocked: asked > 0 };
}

// Another page took over: this one stops, says so, and offers to go on here.
async function takeBack() {
  if (!(await takeLease())) return;
  notices.clear();
  const at = Math.min(video.currentTime, session.openSeconds);
  await restart(at);
}

async function restart(at, shouldPlay = true) {
  // The pop-up may have been answered elsewhere; if it is still due, the next key says so.
  gate.open();
  await engine.load(session.playlist, at);
  subtitles.attach();
  if (shouldPlay) engine.play();
}

// A pop-up is asked where its gate stands: at the end of the last window that may be played.
async function askPopup() {
  if (asking) return;
  asking = true;
  video.pause();
  controls.leaveNativeFullScreen();
  try {
    const outcome = await popup.run();
    if (outcome.kind === 'lost') gate.tellLost();
    else if (outcome.kind === 'expired') await takeBack();
    else if (outcome.kind === 'refused') await heedRefusal(outcome.detail);
    else if (outcome.kind === 'back') await goBack(outcome.window);
    else {
      refusedAt = null;
      gate.answered();
      if (session.isAtEnd(video.currentTime)) finisher.run();
      else engine.play();
    }
  } finally {
    asking = false;
    timeline.show();
  }
}

// The lease taken anew mends a page that knew too little; a second refusal in the same place stands.
async function heedRefusal(detail) {
  if (refusedAt === session.released) {
    notices.failed(detail, () => window.location.reload());
    return;
  }
  refusedAt = session.released;
  await takeBack();
}

async function goBack(window) {
  refusedAt = null;
  session.fallBack(window);
  notices.say(settings.words.backTo.replace('{time}', timeline.clock(window * session.windowSeconds)), true);
  // The keys of the taken-back windows must be asked for again, so the film is opened anew.
  await restart(window * session.windowSeconds);
}

function watchPosition() {
  session.remember(video.currentTime);
  gate.reach(video.currentTime);
  const boundary = gate.boundary;
  if (boundary !== null && video.currentTime >= boundary - 0.6) askPopup();
}

gate.on('early', (until) => notices.early(until));
gate.on('released', () => { notices.early(null); notices.offline(false); timeline.show(); });
gate.on('popup', watchPosition);
gate.on('offline', () => notices.offline(true));
gate.on('lost', () => {
  video.pause();
  notices.lost(takeBack);
});
gate.on('closed', () => { session.closed = true; notices.closed(session.openSeconds); });
gate.on('stale', takeBack);
engine.on('trouble', () => notices.offline(true));
engine.on('well', () => notices.offline(false));
engine.on('broken', () => notices.failed(settings.words.failedText, () => restart(video.currentTime)));
engine.on('levels', (levels) => controls.showLevels(levels));
finisher.on('popup', askPopup);
finisher.on('offline', () => notices.offline(true));
finisher.on('reached', () => notices.offline(false));
video.addEventListener('timeupdate', watchPosition);
video.addEventListener('waiting', watchPosition);
video.addEventListener('ended', () => finisher.run());
window.addEventListener('pagehide', () => session.remember(video.currentTime, true));

root.inert = false;
begin();
