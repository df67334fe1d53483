/** Costs of bcrypt that are made and taken. Each step doubles the time: at 16 a comparison takes several seconds. */
export const LOWEST_COST = 4;
export const HIGHEST_COST = 15;
