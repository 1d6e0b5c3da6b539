# Redmine as a peer of the live tests: the packaged application with folders and
# mail settings of its own, so that nothing below /etc and /var is read or changed.
require '/usr/share/redmine/config/application'

folder = ENV.fetch('SAFECONDUCT_PEER')
Rails.application.config.tap do |c|
  c.paths['tmp'] = File.join(folder, 'tmp')
  c.paths['log'] = File.join(folder, 'redmine.log')
  c.cache_store = :memory_store
  c.secret_key_base = '0' * 64
end

# Before, because classes read where files lie as they are loaded; and after,
# because the settings of mail are put back to the application's meanwhile.
require 'redmine/configuration'
configure = -> { Redmine::Configuration.load(file: File.join(folder, 'config', 'configuration.yml')) }
configure.call
Rails.application.initialize!
configure.call
run Rails.application if respond_to?(:run)
