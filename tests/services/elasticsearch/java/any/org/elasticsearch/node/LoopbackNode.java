package org.elasticsearch.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.ClasspathPlugins;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.plugins.RootPlugin;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/** One node on loopback, of the jars that are published: LoopbackNode FOLDER PORT [SETTING=VALUE ...]. */
public final class LoopbackNode extends Node {
  // It lies in this package because what lets a node take its plugins from the class path is private to it.
  private LoopbackNode(Environment environment) {
    super(NodeConstruction.prepareConstruction(environment, noBundles(), new FromClasspath(), true));
  }

  private static PluginsLoader noBundles() {
    return PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false);
  }

  private static final class FromClasspath extends NodeServiceProvider {
    @Override
    PluginsService newPluginService(Environment environment, PluginsLoader loader) {
      return new ClasspathPlugins(environment.settings(), loader, List.of(Netty4Plugin.class, RootPlugin.class));
    }
  }

  public static void main(String[] arguments) throws Exception {
    var settings = Settings.builder()
        .put("path.home", Path.of(arguments[0]).toAbsolutePath())
        .put("http.port", arguments[1])
        .put("cluster.name", "tests")
        .put("node.name", "tests")
        .put("network.host", "127.0.0.1")
        .put("transport.port", "0")
        .put("discovery.type", "single-node")
        .put("node.processors", 1)
        // A disk that is nearly full would turn every index read-only.
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        // By the memory really used, a collection that is due would look like a request too large.
        .put("indices.breaker.total.use_real_memory", false);
    for (int i = 2; i < arguments.length; i++) {
      var parts = arguments[i].split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    LogConfigurator.configureESLogging();
    LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "WARN").build());
    new LoopbackNode(new Environment(settings.build(), null)).start();
    // All threads of a node are in the background: it lives as long as this one, until a signal.
    new CountDownLatch(1).await();
  }
}
