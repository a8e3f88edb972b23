/** Stands in for a practice process that meets a fault of its own: it prints, and fails at the first message. */
console.log('a word on the way');
process.on('message', () => {
  throw new RangeError('a marked fault of practice');
});
