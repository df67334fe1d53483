export { countChanges, planFooter, plural, renderPlan, type PlanCounts } from '../../reconciler/view/plan-text.ts';
