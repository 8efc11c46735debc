// When to draw, and when to speak.

const REST = 500; // ms without movement before the numbers are spoken

// Draws once a frame however often it is asked, and calls what `draw` returned when nothing has moved for a while.
export function createClock(draw) {
  let frame = 0, rest = 0;
  const tick = () => {
    frame = 0;
    const rested = draw();
    clearTimeout(rest);
    rest = setTimeout(rested, REST);
  };
  return {
    ask() { frame ||= requestAnimationFrame(tick); },
    stop() {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
    },
  };
}
