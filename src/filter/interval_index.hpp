#pragma once

#include <algorithm>
#include <iterator>
#include <limits>
#include <vector>

namespace squire::filter {

// Closed intervals of numbers, each with something that belongs to it; finds those that hold a
// number. Intervals stand in blocks, sorted by their lower ends; each block knows its highest upper
// end, so that a search passes over blocks that end too early.
template <typename T>
class IntervalIndex {
 public:
  void add(double low, double high, T item) {
    auto block = std::upper_bound(blocks_.begin(), blocks_.end(), low,
                                  [](double low, const Block& block) { return low < block.low(); });
    if (block != blocks_.begin()) --block;
    if (block == blocks_.end()) block = blocks_.emplace(block);
    auto& entries = block->entries;
    entries.insert(std::upper_bound(entries.begin(), entries.end(), low,
                                    [](double low, const Entry& entry) { return low < entry.low; }),
                   {low, high, std::move(item)});
    block->high = std::max(block->high, high);
    if (entries.size() > kBlockMax) split(block);
  }

  template <typename Predicate>
  void erase_if(Predicate&& is_gone) {
    for (auto& block : blocks_) {
      if (std::erase_if(block.entries, [&](const Entry& entry) { return is_gone(entry.item); }) ==
          0)
        continue;
      block.measure();
    }
    std::erase_if(blocks_, [](const Block& block) { return block.entries.empty(); });
  }

  template <typename F>
  void find(double number, F&& f) const {
    for (const auto& block : blocks_) {
      if (block.low() > number) return;
      if (block.high < number) continue;
      for (const auto& entry : block.entries) {
        if (entry.low > number) return;
        if (entry.high >= number) f(entry.item);
      }
    }
  }

  bool empty() const { return blocks_.empty(); }

 private:
  static constexpr std::size_t kBlockMax = 128;

  struct Entry {
    double low;
    double high;
    T item;
  };
  struct Block {
    std::vector<Entry> entries;
    double high = -std::numeric_limits<double>::infinity();

    double low() const {
      return entries.empty() ? std::numeric_limits<double>::infinity() : entries.front().low;
    }
    void measure() {
      high = -std::numeric_limits<double>::infinity();
      for (const auto& entry : entries) high = std::max(high, entry.high);
    }
  };

  void split(typename std::vector<Block>::iterator block) {
    Block second;
    const auto middle = block->entries.begin() + kBlockMax / 2;
    second.entries.assign(std::make_move_iterator(middle),
                          std::make_move_iterator(block->entries.end()));
    block->entries.erase(middle, block->entries.end());
    block->measure();
    second.measure();
    blocks_.insert(std::next(block), std::move(second));
  }

  std::vector<Block> blocks_;
};

}  // namespace squire::filter
