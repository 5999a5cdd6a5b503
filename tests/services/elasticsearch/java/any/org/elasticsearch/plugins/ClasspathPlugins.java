package org.elasticsearch.plugins;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.elasticsearch.Version;
import org.elasticsearch.common.settings.Settings;

/** Plugins that are on the class path already, where a node looks for bundles in folders. */
public final class ClasspathPlugins extends PluginsService {
  private final List<LoadedPlugin> loaded;

  public ClasspathPlugins(Settings settings, PluginsLoader loader, List<Class<? extends Plugin>> classes) {
    super(settings, null, loader);
    loaded = classes.stream()
        .map(each -> new LoadedPlugin(describe(each), loadPlugin(each, settings, null), each.getClassLoader()))
        .toList();
  }

  @Override
  protected List<LoadedPlugin> plugins() {
    return loaded;
  }

  // By way of the file's text, because the record's own arguments differ from version to version.
  private static PluginDescriptor describe(Class<? extends Plugin> plugin) {
    var text = """
        name=%s
        description=on the class path
        version=1
        elasticsearch.version=%s
        java.version=17
        classname=%s
        """.formatted(plugin.getSimpleName(), Version.CURRENT, plugin.getName());
    try {
      return PluginDescriptor.readInternalDescriptorFromStream(new ByteArrayInputStream(text.getBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
