package org.elasticsearch.plugins;

import java.util.List;
import org.elasticsearch.Version;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** What a node says of itself on its root; the module that does it is not published. */
final class Root extends BaseRestHandler {
  @Override
  public List<Route> routes() {
    return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
  }

  @Override
  public String getName() {
    return "root";
  }

  @Override
  protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
    return channel -> {
      var answer = channel.newBuilder().startObject();
      answer.field("name", "tests").field("cluster_name", "tests");
      answer.startObject("version").field("number", Version.CURRENT.toString()).field("build_flavor", "default").endObject();
      answer.field("tagline", "You Know, for Search").endObject();
      channel.sendResponse(new RestResponse(RestStatus.OK, answer));
    };
  }
}
