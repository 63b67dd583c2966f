// A short sound for a new message, made here: two tones, one after the other. Browsers let a page sound once somebody has
// done something on it; before that nothing is even asked for.
let context;

export default function chime() {
  if (!navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  context.resume();
  [660, 880].forEach((pitch, i) => {
    const start = context.currentTime + i * 0.12;
    const tone = new OscillatorNode(context, { frequency: pitch });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.12, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.3);
  });
}
