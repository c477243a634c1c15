// Names from configs that become part of a path: whatever they hold, what is opened for a tenant lies in the store.
#include <algorithm>

#include "io/store/access.hpp"
#include "io/store/posix.hpp"
#include "io/store/safe_name.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace tidemill::tests {
namespace {

namespace fs = std::filesystem;

bool lies_in(fs::path const& path, fs::path const& folder) {
  fs::path const whole = fs::weakly_canonical(path), root = fs::weakly_canonical(folder);
  return std::mismatch(root.begin(), root.end(), whole.begin(), whole.end()).first == root.end() && whole != root;
}

/// The bytes up to the first line end name a tenant, the rest is where a link in its folder points to.
void open_named(std::string const& name, std::string const& target) {
  fs::path const store = fuzz_folder() / "store";
  expect_error_or_success([&] {
    fs::path const tenant = io::open_tenant(store, name, io::StoreAccess::owner);
    promise(io::is_safe_name(name), "only safe names are opened");
    promise(tenant.parent_path() == store && lies_in(tenant, store), "a tenant's folder lies in the store");
    if (target.empty() || target.find('\0') != std::string::npos) return;
    fs::create_directories(tenant / "nights");
    std::error_code refused;
    fs::create_symlink(target, tenant / "nights" / "link", refused);
    if (refused) return;
    io::check_links_stay_inside(tenant);
    promise(lies_in(tenant / "nights" / "link", tenant) || fs::weakly_canonical(tenant / "nights" / "link") == tenant,
            "links lead to places in the tenant's folder");
  });
  std::error_code ignored;
  fs::remove_all(store, ignored);
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  std::size_t const end = std::min(bytes.find('\n'), bytes.size());
  std::string const target(bytes.substr(std::min(end + 1, bytes.size())));
  open_named(std::string(bytes.substr(0, end)), target);
}

}  // namespace tidemill::tests
