#include "jobs/commands.hpp"

namespace tidemill::jobs {

std::vector<Command> make_commands() {
  return {
      make_split_command(),    make_ingest_command(),    make_bench_command(),    make_digest_command(),
      make_drift_command(),    make_doctor_command(),    make_plan_command(),     make_menu_command(),
      make_price_command(),    make_promotion_command(), make_trend_command(),    make_similar_command(),
      make_index_command(),    make_generate_command(),  make_nightly_command(),  make_report_command(),
      make_status_command(),   make_verify_command(),    make_train_command(),    make_truth_command(),
      make_score_command(),    make_evaluate_command(),  make_features_command(), make_recommend_command(),
      make_backtest_command(), make_assets_command(), make_rollback_command(), make_nights_command(), make_pin_command(), make_unpin_command(), make_gc_command(), make_audit_command(), make_gate_command(), make_models_command(), make_abtest_command(),
      make_tenants_command(),  make_lineage_command(),
  };
}

}  // namespace tidemill::jobs
