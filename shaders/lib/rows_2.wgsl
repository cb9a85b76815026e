// Query rows that one attention workgroup answers together (they share a key/value head).

const ROWS: u32 = 2u;
