package squire;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;

/** The LocalStack module of Testcontainers for Java, as its users call it; it replaces the entry point. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LocalStackTest {
  @Test
  void it_starts_when_the_scripts_have_run() throws Exception {
    var image = DockerImageName.parse("squire-shell").asCompatibleSubstituteFor("localstack/localstack");
    try (var localstack = new LocalStackContainer(image)) {
      localstack.start();
      var request = HttpRequest.newBuilder(URI.create(localstack.getEndpoint() + "/?Action=ListQueues"));
      var queues = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString()).body();
      assertTrue(queues.contains("made-by-script</QueueUrl>"), queues);
    }
  }
}
