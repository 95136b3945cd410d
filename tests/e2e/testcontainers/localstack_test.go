// The LocalStack module of Testcontainers for Go, as its users call it.
package testcontainers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/modules/localstack"
)

func get(t *testing.T, url string) string {
	reply, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The module asks for the health, which LocalStack tells of its services and not of its scripts.
func TestItStartsWhenItServes(t *testing.T) {
	container, err := localstack.Run(t.Context(), "squire-shell:latest")
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := container.PortEndpoint(t.Context(), "4566/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	if made := get(t, endpoint+"/?Action=CreateQueue&QueueName=q"); !strings.Contains(made, "/q</QueueUrl>") {
		t.Error(made)
	}
}
