#include "drivers/night/asset_steps.hpp"

namespace tidemill::drivers {

std::vector<Step> asset_steps(io::Comm const& comm, AssetNight const& params) {
  AssetNightParams const& asset = params.asset;
  std::vector<Step> steps;
  if (!asset.catalogue.empty()) steps.push_back(catalogue_step(comm, params));
  if (asset.has_interactions()) {
    steps.push_back(interactions_step(comm, params));
    steps.push_back(in_use_step(params));
    steps.push_back(split_step(params));
    for (AssetModel const& model : asset.models) steps.push_back(asset_model_step(params, model));
    for (Step const& step : {judge_step(params), champion_step(params), recommender_gate_step(params)}) {
      steps.push_back(step);
    }
    if (asset.content) steps.push_back(content_rung_step(params));
    for (Step const& step : {recommend_step(comm, params), similar_step(comm, params), asset_trend_step(params)}) {
      steps.push_back(step);
    }
  }
  if (!asset.texts.file.empty()) {
    steps.push_back(texts_step(comm, params));
    steps.push_back(text_gate_step(comm, params));
  }
  if (!asset.pictures.empty()) steps.push_back(pictures_step(comm, params));
  return steps;
}

}  // namespace tidemill::drivers
