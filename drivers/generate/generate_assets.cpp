#include <fmt/format.h>

#include <algorithm>

#include "drivers/generate/asset_feedback.hpp"
#include "drivers/generate/asset_world.hpp"
#include "drivers/generate/generate.hpp"
#include "drivers/generate/text.hpp"
#include "io/error.hpp"
#include "io/store/commit.hpp"

namespace tidemill::drivers {
namespace {

std::string catalogue_rows(AssetWorld const& world, io::RowRange const& assets) {
  RowText rows("\n");
  for (std::int64_t asset = assets.first; asset < assets.end(); ++asset) {
    AssetText const text = asset_text(world, asset);
    rows.cell(asset).cell(text.name).cell(world.kind_of(asset)).cell(fmt::format("{}", fmt::join(text.tags, ";")));
    rows.cell(text.text).cell(world.picture_file(asset)).end_row();
  }
  return rows.text();
}

std::string interaction_rows(AssetWorld const& world, io::RowRange const& users, std::int64_t& count) {
  RowText rows("\n");
  for (std::int64_t user = users.first; user < users.end(); ++user) {
    for (AssetEvent const& event : asset_events(world, user)) {
      rows.cell(user).cell(event.asset).cell(event.value).cell(event.time).cell(event.channel).end_row();
      ++count;
    }
  }
  return rows.text();
}

std::string rows_of_likes(AssetWorld const& world, io::RowRange const& who) {
  RowText rows("\n");
  for (std::int64_t liker = who.first; liker < who.end(); ++liker) {
    for (std::int64_t const asset : liked_assets(world, liker)) rows.cell(world.users + liker).cell(asset).end_row();
  }
  return rows.text();
}

std::string rows_of_blocks(AssetWorld const& world, io::RowRange const& users) {
  RowText rows("\n");
  for (std::int64_t user = users.first; user < users.end(); ++user) {
    for (std::int64_t const asset : blocked_assets(world, user)) rows.cell(user).cell(asset).end_row();
  }
  return rows.text();
}

std::string rows_of_messages(AssetWorld const& world, io::RowRange const& which) {
  RowText rows("\n");
  for (std::int64_t message = which.first; message < which.end(); ++message) {
    AssetMessage const said = message_of(world, message);
    rows.cell(message).cell(said.text).cell(said.is_labelled ? said.intent : std::string_view()).end_row();
  }
  return rows.text();
}

/// Collective. Likes, blocks and messages.
void write_feedback(io::Comm const& comm, AssetWorld const& world, std::filesystem::path const& folder) {
  auto const share = [&](std::int64_t total) { return io::even_share(total, comm.rank(), comm.size()); };
  auto const write = [&](char const* name, char const* head, std::string const& rows) {
    io::commit_text(comm, folder / name, (comm.is_root() ? head : "") + rows);
  };
  write("likes.csv", "user,item\n", rows_of_likes(world, share(likers(world))));
  write("blocks.csv", "user,item\n", rows_of_blocks(world, share(world.users)));
  write("messages.csv", "id,text,intent\n", rows_of_messages(world, share(messages(world))));
}

AssetWorld world_of(DemoSize size, std::uint64_t seed, AssetCounts const& counts) {
  AssetWorld world = make_asset_world(size, seed);
  auto const themes = static_cast<std::int64_t>(asset_themes().size());
  if (counts.users < 0 || counts.assets < 0 || (counts.assets > 0 && counts.assets < themes)) {
    throw ConfigError(fmt::format("expected --users of 1 or more and --assets of {} or more; found {} and {}", themes,
                                  counts.users, counts.assets));
  }
  if (counts.assets > 0) world.assets = counts.assets;
  if (counts.users > 0) world.users = counts.users;
  world.pictures = std::min(world.pictures, world.assets);
  return world;
}

}  // namespace

std::string generate_assets(io::Comm const& comm, DemoSize size, std::uint64_t seed,
                            std::filesystem::path const& folder, AssetCounts const& counts) {
  AssetWorld const world = world_of(size, seed, counts);
  bool const root = comm.is_root();
  std::string const assets = catalogue_rows(world, io::even_share(world.assets, comm.rank(), comm.size()));
  io::commit_text(comm, folder / "catalogue.csv", (root ? "id,name,category,tags,text,picture\n" : "") + assets);
  std::int64_t count = 0;
  std::string const rows = interaction_rows(world, io::even_share(world.users, comm.rank(), comm.size()), count);
  io::commit_text(comm, folder / "interactions.csv", (root ? "user,item,value,time,channel\n" : "") + rows);
  io::RowRange const pictures = io::even_share(world.pictures, comm.rank(), comm.size());
  io::agree(comm, "write the pictures", [&] {
    for (std::int64_t asset = pictures.first; asset < pictures.end(); ++asset) {
      io::commit_text(io::Comm::self(), folder / world.picture_file(asset), asset_picture(world, asset));
    }
  });
  write_feedback(comm, world, folder);
  std::int64_t const interactions = comm.sum(count);
  io::commit_text(comm, folder / "truth.json", root ? assets_truth(world, interactions) : std::string());
  return fmt::format("{} assets, {} of them with pictures, {} users, {} interactions", world.assets, world.pictures,
                     world.users, interactions);
}

}  // namespace tidemill::drivers
