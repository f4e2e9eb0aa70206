import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.Base64;
import java.util.Properties;

/** Logs in by pgjdbc, once for each line of standard input. See drivers.ts. */
class LogIn {
  static String logIn(String url, String password, String query) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("loginTimeout", "30");
    if (!password.isEmpty()) properties.setProperty("password", password);
    try (Connection session = DriverManager.getConnection(url, properties);
        ResultSet seen = session.createStatement().executeQuery(query)) {
      seen.next();
      return seen.getString(1);
    }
  }

  static String decode(String field) {
    return new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] fields = line.split("\t", -1);
      try {
        out.println(logIn(decode(fields[0]), decode(fields[1]), arguments[0]));
      } catch (Exception error) {
        out.println("error: " + String.valueOf(error.getMessage()).replace('\n', ' '));
      }
    }
  }
}
