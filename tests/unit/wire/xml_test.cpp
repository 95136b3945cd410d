#include "squire/wire/xml.hpp"

#include <gtest/gtest.h>

#include "support/xml_tree.hpp"
#include "unit/wire/random_sample.hpp"

namespace squire::test {
namespace {

using namespace std::string_literals;

std::string written(std::string_view text) {
  std::string out;
  wire::write_xml_text(out, text);
  return out;
}

template <typename T>
std::string fields_of(const T& record) {
  std::string out;
  wire::write_xml_fields(out, record);
  return out;
}

TEST(XmlTest, EscapesWhatIsMarkup) {
  EXPECT_EQ(written("<a b=\"c\">&amp;'</a>"), "&lt;a b=&quot;c&quot;&gt;&amp;amp;'&lt;/a&gt;");
  EXPECT_EQ(written(""), "");
  EXPECT_EQ(written("plain"), "plain");
}

TEST(XmlTest, WritesCarriageReturnsAsReferences) {
  EXPECT_EQ(written("a\r\nb\rc\td"), "a&#xD;\nb&#xD;c\td");
}

TEST(XmlTest, ReplacesWhatXmlCannotCarry) {
  EXPECT_EQ(written("a\0b\x01\x1f"s),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(written("a\xef\xbf\xbe|\xef\xbf\xbf|z"), "a\xef\xbf\xbd|\xef\xbf\xbd|z");
  EXPECT_EQ(written("\xed\xa0\x80"), "\xef\xbf\xbd");
}

TEST(XmlTest, LeavesEveryOtherCharacterAlone) {
  EXPECT_EQ(written("\x7f\xc2\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf4\x8f\xbf\xbf"),
            "\x7f\xc2\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf4\x8f\xbf\xbf");
}

struct Names {
  std::vector<std::string> names;
  static constexpr auto fields() { return std::tuple{field("Names", &Names::names, flat("Name"))}; }
};

TEST(XmlTest, AnswersInTheFormOfTheQueryProtocol) {
  EXPECT_EQ(wire::encode_xml("ListNames", "http://ns/", "id-1", Names{{"a", "b"}}),
            "<?xml version=\"1.0\"?>\n<ListNamesResponse xmlns=\"http://ns/\"><ListNamesResult>"
            "<Name>a</Name><Name>b</Name></ListNamesResult><ResponseMetadata><RequestId>id-1"
            "</RequestId></ResponseMetadata></ListNamesResponse>");
}

TEST(XmlTest, AnEmptyResultIsThereAllTheSame) {
  EXPECT_EQ(wire::encode_xml("ListNames", "http://ns/", "id-1", Names{}),
            "<?xml version=\"1.0\"?>\n<ListNamesResponse xmlns=\"http://ns/\"><ListNamesResult/>"
            "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListNamesResponse>");
}

TEST(XmlTest, AnActionWithoutOutputHasNoResult) {
  EXPECT_EQ(wire::encode_xml("Forget", "http://ns/", "id-1", wire::NoOutput{}),
            "<?xml version=\"1.0\"?>\n<ForgetResponse xmlns=\"http://ns/\"><ResponseMetadata>"
            "<RequestId>id-1</RequestId></ResponseMetadata></ForgetResponse>");
}

TEST(XmlTest, ListsAreFlatOrNested) {
  Sample sample;
  sample.flat_list = {"a", ""};
  sample.nested_list = {"b", "c"};
  EXPECT_EQ(fields_of(sample),
            "<Flag>false</Flag><Number>0</Number><Big>0</Big><Blob></Blob>"
            "<Item>a</Item><Item></Item>"
            "<NestedList><member>b</member><member>c</member></NestedList>");
}

TEST(XmlTest, MapsAreFlatOrNested) {
  Sample sample;
  sample.flat_map = {{"k", "v"}, {"l", "<"}};
  sample.nested_map = {{"n", "m"}};
  sample.entry_map = {{"e", "f"}};
  const std::string xml = fields_of(sample);
  EXPECT_EQ(xml.substr(xml.find("<Attribute>")),
            "<Attribute><Name>k</Name><Value>v</Value></Attribute>"
            "<Attribute><Name>l</Name><Value>&lt;</Value></Attribute>"
            "<NestedMap><entry><key>n</key><value>m</value></entry></NestedMap>"
            "<EntryMap><entry><Name>e</Name><Value>f</Value></entry></EntryMap>");
}

TEST(XmlTest, RecordsNest) {
  Sample sample;
  sample.points["p"].x = 1;
  sample.path.resize(1);
  sample.path[0].data.bytes = "foo";
  sample.path[0].notes = {"n"};
  sample.origin.emplace().label = "o";
  const std::string xml = fields_of(sample);
  EXPECT_EQ(xml.substr(xml.find("<Point>")),
            "<Point><Key>p</Key><Value><X>1</X><Data></Data></Value></Point>"
            "<Step><Data>Zm9v</Data><Note>n</Note></Step>"
            "<Origin><Label>o</Label><Data></Data></Origin>");
}

TEST(XmlTest, RequiredMembersAreWrittenAlsoWhenEmpty) {
  const std::string xml = fields_of(Demanding::Entry{"", 0});
  EXPECT_EQ(xml, "<Id></Id><Count>0</Count>");
}

TEST(XmlTest, AParserReadsBackEveryTextItWrote) {
  RandomSample random(4);
  for (int round = 0; round < 500; ++round) {
    const Sample sample = random.next();
    const std::string xml = wire::encode_xml("Try", "http://ns/", "id", sample);
    const auto root = XmlReader::read(xml);
    const auto* result = root.child("TryResult");
    ASSERT_NE(result, nullptr) << xml;
    const auto* text = result->child("Text");
    ASSERT_EQ(text ? text->text : "", sample.text) << xml;
    ASSERT_EQ(result->child("Maybe") != nullptr, sample.maybe.has_value()) << xml;
    std::vector<std::string> items;
    for (const auto& child : result->children) {
      if (child.name == "Item") items.push_back(child.text);
    }
    ASSERT_EQ(items, sample.flat_list) << xml;
  }
}

}  // namespace
}  // namespace squire::test
