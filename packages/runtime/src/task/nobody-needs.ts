/** Makes the reason with which signals abort of what runs outside when nobody needs what it would give. The job goes on. */
export function nobodyNeeds(): DOMException {
  return new DOMException("Nobody needs more records: whoever reads them has enough", "AbortError");
}
