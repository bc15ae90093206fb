"""Films recorded by a browser itself: no length in their head, and pictures at any distance."""

import base64
from pathlib import Path

from lms.videos.packaging import build_package
from tests.videos.test_packaging import spec_of

# Three seconds of a changing canvas with a tone, as a page for teachers would record them.
RECORD = """async () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [320, 180];
  const brush = canvas.getContext('2d');
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const heard = sound.createMediaStreamDestination();
  tone.connect(heard);
  tone.start();
  const tracks = [...canvas.captureStream(25).getTracks(), ...heard.stream.getTracks()];
  const recorder = new MediaRecorder(new MediaStream(tracks), { mimeType: 'video/webm' });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const over = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  const began = performance.now();
  await new Promise((done) => {
    const timer = setInterval(() => {
      brush.fillStyle = `hsl(${performance.now() / 10} 80% 50%)`;
      brush.fillRect(0, 0, 320, 180);
      if (performance.now() - began < 3000) return;
      clearInterval(timer);
      done();
    }, 40);
  });
  recorder.stop();
  await over;
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}"""


def test_recording_of_a_browser_is_packaged_with_picture_and_sound(visit, tmp_path: Path) -> None:
    page = visit("recording").page
    page.goto("/courses")
    film = tmp_path / "recorded.webm"
    film.write_bytes(base64.b64decode(page.evaluate(RECORD)))
    assert film.read_bytes()[:4] == b"\x1aE\xdf\xa3"
    spec = spec_of(film, tmp_path)
    assert spec.facts.has_picture
    assert spec.facts.has_audio
    made = build_package(spec, lambda percent: None)
    assert 2000 < made.duration_ms < 8000
    assert made.renditions == ["180p"]
